# DCAN's image generator: any pair of cities.
_base_ = '../_base_/methods/dcan_generator.py'
source, target = 'hannover', 'vaihingen'
