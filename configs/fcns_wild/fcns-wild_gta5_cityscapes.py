# FCNs in the wild: GTA5 to Cityscapes.
_base_ = '../_base_/methods/fcns_wild.py'
source, target = 'gta5', 'cityscapes'
