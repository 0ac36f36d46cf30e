# FCN-8s on VGG16 as CyCADA's released code has it, in place of DeepLabV2:
# `model = _base_.fcn8s_vgg16`.
fcn8s_vgg16 = dict(
    # torchvision's weights take red, green, blue less the mean of ImageNet, over its
    # standard deviation.
    data_preprocessor=dict(
        rgb_to_bgr=False, mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
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
        num_classes=None,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)))
