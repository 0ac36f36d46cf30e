# CyCADA's feature part: any pair of cities.
_base_ = '../_base_/methods/cycada.py'
source, target = 'hannover', 'vaihingen'
