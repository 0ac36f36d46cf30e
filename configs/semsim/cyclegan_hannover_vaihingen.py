# Cycle-GAN on pairs of the Approximation strategy (Sect. 5.2).
_base_ = '../_base_/methods/cyclegan_semsim.py'
source, target = 'hannover', 'vaihingen'
source_model = 'source-only_hannover_vaihingen.py'
pairing = dict(strategy='approximation')
