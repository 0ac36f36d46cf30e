# Class-balanced self-training: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/cbst.py'
source, target = 'synthia', 'cityscapes'
