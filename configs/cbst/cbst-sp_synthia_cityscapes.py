# Class-balanced self-training with spatial priors: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/cbst.py'
source, target = 'synthia', 'cityscapes'
pseudo_labels = dict(spatial_prior=True)
