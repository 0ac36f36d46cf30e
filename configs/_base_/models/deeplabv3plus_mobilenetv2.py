# SemSim paper, Sect. 5.2: DeepLabv3+ with MobileNetV2, overall downsampling 8.
_base_ = 'mmseg::_base_/models/deeplabv3plus_r50-d8.py'

norm_cfg = dict(type='BN', requires_grad=True)
data_preprocessor = dict(
    _delete_=True,
    type='RasterDataPreprocessor',
    # The weights come from ImageNet, so do the statistics; the paper names none.
    # All cities share them: what adaptation gains is not mixed with what a
    # normalisation of each domain by itself would gain.
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    size_divisor=8,
    seg_pad_val=255)
model = dict(
    data_preprocessor=data_preprocessor,
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='MobileNetV2',
        strides=(1, 2, 2, 1, 1, 1, 1),
        dilations=(1, 1, 1, 2, 2, 4, 4),
        out_indices=(1, 2, 4, 6),
        norm_cfg=norm_cfg,
        init_cfg=dict(type='Pretrained', checkpoint='mmcls://mobilenet_v2')),
    decode_head=dict(
        type='DeepLabV3PlusHead',
        in_channels=320,
        channels=256,
        # "Same configuration for the SPP as the reference implementation": for
        # MobileNetV2 a 1x1 convolution and image pooling, no dilated branches.
        dilations=(1, ),
        c1_in_channels=24,
        c1_channels=48,
        num_classes=None,
        norm_cfg=norm_cfg,
        loss_decode=dict(avg_non_ignore=True)),
    auxiliary_head=None)
