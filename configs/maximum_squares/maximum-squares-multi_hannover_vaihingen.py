# Maximum squares at two levels: any pair of cities.
_base_ = '../_base_/methods/maximum_squares_multi.py'
source, target = 'hannover', 'vaihingen'
