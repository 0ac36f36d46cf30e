# DeepLabV2 on VGG16, the smaller network of AdaptSegNet's tables (Tsai et al. 2018,
# Table 1): in place of ResNet-101, `model = dict(segmentor=_base_.deeplabv2_vgg16)`.
deeplabv2_vgg16 = dict(
    backbone=dict(
        _delete_=True,
        type='DeepLabV2VGG16',
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://vgg16_caffe')),
    decode_head=dict(in_channels=1024, in_index=0))
# The released code gives all layers the same learning rate.
deeplabv2_vgg16_optimizer = dict(paramwise_cfg=None)

# What `--demo` makes of it: a quarter of the width, trained from scratch, for which
# images must be of unit variance, and which Adam alone can do in so short a time.
deeplabv2_vgg16_demo = dict(
    backbone=dict(_delete_=True, base_channels=16, hidden_channels=128),
    decode_head=dict(in_channels=128))
deeplabv2_vgg16_demo_normalisation = dict(std=[58.395, 57.12, 57.375])
deeplabv2_vgg16_demo_optimizer = dict(
    optimizer=dict(_delete_=True, type='Adam', lr=5e-4))
