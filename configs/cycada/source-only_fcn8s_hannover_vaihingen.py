# FCN-8s trained on the source, where CyCADA starts from: any pair of cities.
_base_ = '../_base_/methods/fcn8s_source_only.py'
source, target = 'hannover', 'vaihingen'
