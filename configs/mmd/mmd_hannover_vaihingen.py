# Maximum mean discrepancy of features: any pair of cities.
_base_ = '../_base_/methods/mmd.py'
source, target = 'hannover', 'vaihingen'
