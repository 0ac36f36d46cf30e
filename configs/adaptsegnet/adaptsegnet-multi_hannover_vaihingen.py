# AdaptSegNet at two levels: any pair of cities.
_base_ = '../_base_/methods/adaptsegnet_multi.py'
source, target = 'hannover', 'vaihingen'
