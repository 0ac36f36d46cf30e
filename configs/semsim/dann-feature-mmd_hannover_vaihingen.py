# DANN on pairs of least maximum mean discrepancy in feature space (Sect. 5.2).
_base_ = '../_base_/methods/dann.py'
source, target = 'hannover', 'vaihingen'
pairing = dict(strategy='feature_mmd')
