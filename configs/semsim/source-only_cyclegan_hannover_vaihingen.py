# "We used the adapted source image patches x^(S->T) to train a semantic segmentation
# model" (Sect. 5.2): adapted by the Cycle-GAN on pairs of the Approximation strategy.
_base_ = './source-only_hannover_vaihingen.py'
translator = 'cyclegan_hannover_vaihingen.py'
