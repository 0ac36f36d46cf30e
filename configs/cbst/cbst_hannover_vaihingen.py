# Class-balanced self-training: any pair of cities.
_base_ = '../_base_/methods/cbst.py'
source, target = 'hannover', 'vaihingen'
