# DANN on pairs of the Random strategy: a fixed random partner for each source image.
_base_ = '../_base_/methods/dann.py'
source, target = 'hannover', 'vaihingen'
pairing = dict(strategy='random')
