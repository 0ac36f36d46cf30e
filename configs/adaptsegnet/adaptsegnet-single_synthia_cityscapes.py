# AdaptSegNet at one level: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/adaptsegnet_single.py'
source, target = 'synthia', 'cityscapes'
