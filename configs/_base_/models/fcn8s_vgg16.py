# FCN-8s on VGG16 as CyCADA's released code has it, in place of DeepLabV2:
# `model = dict(segmentor=_base_.fcn8s_vgg16)`.
fcn8s_vgg16 = dict(
    backbone=dict(
        _delete_=True,
        type='FCN8sVGG16',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/vgg16-397923af.pth')),
    decode_head=dict(
        _delete_=True,
        type='FCN8sHead',
        in_channels=[3, 256, 512, 4096],
        num_classes=19,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)))
# torchvision's weights take red, green, blue less the mean of ImageNet, over its
# standard deviation.
fcn8s_vgg16_normalisation = dict(
    rgb_to_bgr=False, mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])

# What `--demo` makes of it: an eighth of the width, trained from scratch, which Adam
# alone can do in so short a time, and skip connections without the small factors,
# which are for pretrained features.
fcn8s_vgg16_demo = dict(
    backbone=dict(_delete_=True, base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=[3, 32, 64, 64], scales=(1.0, 1.0)))
fcn8s_vgg16_demo_optimizer = dict(
    optimizer=dict(_delete_=True, type='Adam', lr=5e-4))
