# ORACLE: DANN on the pairs of Ground Truth, shuffled: "the same overall class
# distribution, but a randomized mini-batch composition" (Sect. 5.2).
_base_ = './dann-ground-truth_hannover_vaihingen.py'
pairing = dict(strategy='shuffled_ground_truth')
