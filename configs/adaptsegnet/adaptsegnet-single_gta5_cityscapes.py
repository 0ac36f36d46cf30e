# AdaptSegNet at one level: GTA5 to Cityscapes.
_base_ = '../_base_/methods/adaptsegnet_single.py'
source, target = 'gta5', 'cityscapes'
