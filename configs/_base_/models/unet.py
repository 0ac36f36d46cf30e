# The segmentor of SemI2I (Sect. 3). Its width is nowhere given: that of Ronneberger et
# al. 2015, with batch normalisation, on MMSeg's U-Net and without auxiliary head.
_base_ = 'mmseg::_base_/models/fcn_unet_s5-d16.py'

norm_cfg = dict(type='BN', requires_grad=True)
data_preprocessor = dict(
    _delete_=True,
    type='RasterDataPreprocessor',
    # Nothing is pretrained: [-1, 1], for 8 bits and any number of bands.
    mean=[127.5, 127.5, 127.5],
    std=[127.5, 127.5, 127.5],
    size_divisor=16,
    seg_pad_val=255)
model = dict(
    data_preprocessor=data_preprocessor,
    backbone=dict(norm_cfg=norm_cfg),
    decode_head=dict(
        num_classes=None, norm_cfg=norm_cfg, loss_decode=dict(avg_non_ignore=True)),
    auxiliary_head=None,
    test_cfg=dict(_delete_=True, mode='whole'))
