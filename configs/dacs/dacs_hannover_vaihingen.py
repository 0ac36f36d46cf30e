# DACS: any pair of cities.
_base_ = '../_base_/methods/dacs.py'
source, target = 'hannover', 'vaihingen'
