# AdaptSegNet at two levels: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/adaptsegnet_multi.py'
source, target = 'synthia', 'cityscapes'
