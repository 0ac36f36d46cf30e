# Maximum squares: any pair of cities.
_base_ = '../_base_/methods/maximum_squares.py'
source, target = 'hannover', 'vaihingen'
