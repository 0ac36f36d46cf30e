# LSD: any pair of cities.
_base_ = '../_base_/methods/lsd_fcn8s.py'
source, target = 'hannover', 'vaihingen'
