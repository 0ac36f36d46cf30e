# ADVENT, direct entropy minimisation: any pair of cities.
_base_ = '../_base_/methods/minent.py'
source, target = 'hannover', 'vaihingen'
