# Maximum mean discrepancy of features: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/mmd.py'
source, target = 'synthia', 'cityscapes'
