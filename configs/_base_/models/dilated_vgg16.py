# The front end of dilated VGG16 (Yu and Koltun 2016), the network of FCNs in the wild,
# in place of DeepLabV2: `model = _base_.dilated_vgg16`.
dilated_vgg16 = dict(
    # torchvision's weights take red, green, blue less the mean of ImageNet, over its
    # standard deviation.
    data_preprocessor=dict(
        rgb_to_bgr=False, mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(
        _delete_=True,
        type='DilatedVGG16',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/vgg16-397923af.pth')),
    # Scores of fc7 by one 1 x 1 convolution.
    decode_head=dict(
        _delete_=True,
        type='FCNHead',
        in_channels=4096,
        channels=4096,
        in_index=0,
        num_convs=0,
        concat_input=False,
        dropout_ratio=0,
        num_classes=None,
        align_corners=True,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)))
