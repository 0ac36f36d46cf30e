# Training on one's own data, with any network: AdamW as in SegFormer's paper and code
# (6e-5 for a pretrained backbone, more for what is new), half its iterations. It is
# tuned on nothing: --cfg-options changes every number.
_base_ = '../default_runtime.py'
source, target = 'data/a', 'data/b'  # folders of `mmuda prepare`, or --source --target
val_on = 'source'  # its held-out part: labels of the target, if any, are for the test

train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=1000)
segmentor_optimizer = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-4, weight_decay=0.01),
    paramwise_cfg=dict(
        custom_keys=dict(backbone=dict(lr_mult=0.2)),
        norm_decay_mult=0.0,
        bias_decay_mult=0.0))
# For a backbone without pretrained weights: optim_wrapper = _base_.from_scratch.
scratch = dict(paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1.0))))
from_scratch = scratch
optim_wrapper = segmentor_optimizer
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=1000, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=1000, end=20000, by_epoch=False),
]
# Seen from above nothing is up: the eight symmetries of a square.
source_augmentation = [
    dict(
        type='RandomFlip',
        prob=[0.25, 0.25, 0.25],
        direction=['horizontal', 'vertical', 'diagonal']),
    dict(type='RandomRotFlip', rotate_prob=0.0, flip_prob=0.5),
]

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='SourceSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
demo = '../demo/own.py'
