# DeepLabV2 on VGG16, the smaller network of AdaptSegNet's tables (Tsai et al. 2018,
# Table 1): in place of ResNet-101, `model = _base_.deeplabv2_vgg16`.
deeplabv2_vgg16 = dict(
    backbone=dict(
        _delete_=True,
        type='DeepLabV2VGG16',
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://vgg16_caffe')),
    decode_head=dict(in_channels=1024, in_index=0))
# The released code gives all layers the same learning rate.
deeplabv2_vgg16_optimizer = dict(paramwise_cfg=None)
