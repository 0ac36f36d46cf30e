# Cycle-GAN on pairs of the Random strategy: a fixed partner for each source image.
_base_ = '../_base_/methods/cyclegan_semsim.py'
source, target = 'hannover', 'vaihingen'
pairing = dict(strategy='random')
