# FCNs in the wild: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/fcns_wild.py'
source, target = 'synthia', 'cityscapes'
