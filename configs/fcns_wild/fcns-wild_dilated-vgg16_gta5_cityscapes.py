# FCNs in the wild on dilated VGG16: GTA5 to Cityscapes.
_base_ = '../_base_/methods/fcns_wild_dilated.py'
source, target = 'gta5', 'cityscapes'
