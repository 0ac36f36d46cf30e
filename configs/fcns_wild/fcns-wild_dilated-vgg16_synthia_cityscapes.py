# FCNs in the wild on dilated VGG16: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/fcns_wild_dilated.py'
source, target = 'synthia', 'cityscapes'
