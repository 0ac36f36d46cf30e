# Maximum mean discrepancy of features: GTA5 to Cityscapes.
_base_ = '../_base_/methods/mmd.py'
source, target = 'gta5', 'cityscapes'
