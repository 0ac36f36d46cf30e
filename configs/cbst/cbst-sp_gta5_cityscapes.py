# Class-balanced self-training with spatial priors: GTA5 to Cityscapes.
_base_ = '../_base_/methods/cbst.py'
source, target = 'gta5', 'cityscapes'
pseudo_labels = dict(spatial_prior=True, portion=[0.15, 0.20, 0.25, 0.30, 0.35, 0.40])
