# The Cycle-GAN of the SemSim paper with random partners, others in every pass; those
# that the paper pairs are in `configs/semsim`.
_base_ = '../_base_/methods/cyclegan_semsim.py'
source, target = 'hannover', 'vaihingen'
