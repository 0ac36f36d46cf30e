# HRDA: any pair of cities. Patches are 224 pixels wide; 500 pixels show a class.
_base_ = '../_base_/methods/hrda.py'
source, target = 'hannover', 'vaihingen'
model = dict(detail_size=(112, 112))
train_dataloader = dict(sampler=dict(rare_classes=dict(min_pixels=500)))
