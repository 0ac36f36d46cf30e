# Maximum squares: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/maximum_squares.py'
source, target = 'synthia', 'cityscapes'
