# SegFormer on MiT-B0, as MMSeg has it.
_base_ = 'mmseg::_base_/models/segformer_mit-b0.py'
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
            'segformer/mit_b0_20220624-7e0fe6dd.pth')),
    decode_head=dict(
        num_classes=None,
        norm_cfg=dict(type='BN', requires_grad=True),
        loss_decode=dict(avg_non_ignore=True)))
