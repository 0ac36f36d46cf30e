# UPerNet on ConvNeXt-T, of MMPretrain: pip install 'mmuda[mmpretrain]'.
_base_ = 'mmseg::_base_/models/upernet_convnext.py'
weights = ('https://download.openmmlab.com/mmclassification/v0/convnext/'
           'downstream/convnext-tiny_3rdparty_32xb128-noema_in1k_20220301-795e9634.pth')
model = dict(
    backbone=dict(arch='tiny', init_cfg=dict(checkpoint=weights)),
    decode_head=dict(in_channels=[96, 192, 384, 768]))
feature_tap = 'decode_head.fpn_bottleneck'  # what combines the levels
