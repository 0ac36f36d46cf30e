# Channel statistics as in DCAN: any pair of cities.
_base_ = '../_base_/methods/dcan.py'
source, target = 'hannover', 'vaihingen'
