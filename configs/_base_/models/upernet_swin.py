# UPerNet on Swin-T, from ImageNet's weights.
_base_ = 'mmseg::_base_/models/upernet_swin.py'

norm_cfg = dict(type='BN', requires_grad=True)
data_preprocessor = dict(
    _delete_=True,
    type='RasterDataPreprocessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    size_divisor=1,
    seg_pad_val=255)
model = dict(
    data_preprocessor=data_preprocessor,
    backbone=dict(
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/'
            'swin/swin_tiny_patch4_window7_224_20220317-1cdeb081.pth')),
    decode_head=dict(
        num_classes=None, norm_cfg=norm_cfg, loss_decode=dict(avg_non_ignore=True)),
    auxiliary_head=None)
