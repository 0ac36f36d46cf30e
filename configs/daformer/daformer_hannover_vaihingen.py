# DAFormer: any pair of cities. Patches are small: 500 pixels show a class.
_base_ = '../_base_/methods/daformer.py'
source, target = 'hannover', 'vaihingen'
train_dataloader = dict(sampler=dict(rare_classes=dict(min_pixels=500)))
