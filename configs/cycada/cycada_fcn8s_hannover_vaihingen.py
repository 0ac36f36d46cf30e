# CyCADA's feature part on FCN-8s: any pair of cities.
_base_ = '../_base_/methods/cycada_fcn8s.py'
source, target = 'hannover', 'vaihingen'
