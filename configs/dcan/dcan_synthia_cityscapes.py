# Channel statistics as in DCAN: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/dcan.py'
source, target = 'synthia', 'cityscapes'
