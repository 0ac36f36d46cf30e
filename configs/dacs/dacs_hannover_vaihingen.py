# DACS: any pair of cities.
_base_ = '../_base_/methods/dacs.py'
source, target = 'hannover', 'vaihingen'
# Without the paper's strong augmentation: on Dubai it cost roads, and nearly
# all that DACS lost to its control (projects/dubai/README.md; one seed).
adaptor = dict(
    objectives=dict(mix=dict(augmentation=dict(jitter_prob=0.0, blur_prob=0.0))))
