# FCNs in the wild: any pair of cities.
_base_ = '../_base_/methods/fcns_wild.py'
source, target = 'hannover', 'vaihingen'
