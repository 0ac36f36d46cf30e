# FCN-8s trained on the source, where LSD's demo starts from: any pair of cities.
_base_ = '../_base_/methods/lsd_source_only.py'
source, target = 'hannover', 'vaihingen'
