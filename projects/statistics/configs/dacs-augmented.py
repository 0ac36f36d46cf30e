# DACS with the paper's strong augmentation.
_base_ = './dacs.py'
strong = dict(jitter=0.2, jitter_prob=0.8, sigma=(0.15, 1.15), blur_prob=0.5)
adaptor = dict(objectives=dict(mix=dict(augmentation=strong)))
