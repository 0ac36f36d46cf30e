# Channel statistics as in DCAN: GTA5 to Cityscapes.
_base_ = '../_base_/methods/dcan.py'
source, target = 'gta5', 'cityscapes'
