# Maximum squares at two levels: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/maximum_squares_multi.py'
source, target = 'synthia', 'cityscapes'
