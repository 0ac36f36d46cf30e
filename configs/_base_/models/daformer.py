# DAFormer's network (Hoyer et al. 2022, Sect. 3.2): the encoder of SegFormer, MiT-B5,
# and a head that sees context.
_base_ = 'mmseg::_base_/models/segformer_mit-b0.py'

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
        embed_dims=64,
        num_layers=[3, 6, 40, 3],
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/'
            'segformer/mit_b5_20220624-658746d9.pth')),
    decode_head=dict(
        type='DAFormerHead',
        in_channels=[64, 128, 320, 512],
        channels=256,
        embed_dims=256,
        dilations=(1, 6, 12, 18),
        num_classes=None,
        norm_cfg=norm_cfg,
        loss_decode=dict(avg_non_ignore=True)))
