# Maximum squares with image-wise weighting: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/maximum_squares_iw.py'
source, target = 'synthia', 'cityscapes'
