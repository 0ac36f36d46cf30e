# ADVENT, direct entropy minimisation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/minent.py'
source, target = 'synthia', 'cityscapes'
