# DANN on pairs of the Approximation strategy (Sect. 5.2).
_base_ = '../_base_/methods/dann.py'
source, target = 'hannover', 'vaihingen'
