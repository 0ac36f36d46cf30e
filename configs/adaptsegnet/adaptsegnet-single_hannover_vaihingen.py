# AdaptSegNet at one level: any pair of cities.
_base_ = '../_base_/methods/adaptsegnet_single.py'
source, target = 'hannover', 'vaihingen'
