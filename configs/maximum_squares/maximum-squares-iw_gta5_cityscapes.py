# Maximum squares with image-wise weighting: GTA5 to Cityscapes.
_base_ = '../_base_/methods/maximum_squares_iw.py'
source, target = 'gta5', 'cityscapes'
