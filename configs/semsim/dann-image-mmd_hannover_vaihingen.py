# DANN on pairs of least maximum mean discrepancy in image space (Sect. 5.2).
_base_ = '../_base_/methods/dann.py'
source, target = 'hannover', 'vaihingen'
pairing = dict(strategy='image_mmd')
