# Maximum squares with image-wise weighting: any pair of cities.
_base_ = '../_base_/methods/maximum_squares_iw.py'
source, target = 'hannover', 'vaihingen'
