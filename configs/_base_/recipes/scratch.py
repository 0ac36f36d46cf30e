# How a source model is trained from random weights, so that it is as good on the source
# as it gets and knows other light than the source's. No paper's: see
# configs/source_only/README.md. `model = _base_.from_scratch` and `source_augmentation`
# are the leaf's to say.
from_scratch = dict(
    backbone=dict(init_cfg=None),
    # PyTorch's own initialisation. With MMSeg's, normal of .01, a short training by
    # AdamW never learns a class of a few percent.
    decode_head=dict(init_cfg=None))

photometry = [dict(type='RandomPhotometry')]
# Seen from above nothing is up: the eight symmetries of a square.
aerial_augmentation = [
    dict(
        type='RandomFlip',
        prob=[0.25, 0.25, 0.25],
        direction=['horizontal', 'vertical', 'diagonal']),
    dict(type='RandomRotFlip', rotate_prob=0.0, flip_prob=0.5),
    *photometry,
]
street_augmentation = [dict(type='RandomFlip', prob=0.5), *photometry]

train_cfg = dict(type='IterBasedTrainLoop', max_iters=40000, val_interval=2000)
val_on = 'source'  # its held-out part: the target's labels wait for the test
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-3, weight_decay=0.01),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=1500, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=1500, end=40000, by_epoch=False),
]
# What is validated, tested and built on: the mean of the weights, in the end over the
# last 1,000 iterations, with the running statistics of batch normalisation as they are.
custom_hooks = [
    dict(type='EMAHook', ema_type='MomentumAnnealingEMA', momentum=0.001, gamma=1)
]

train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='SourceSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
demo = '../demo/source_recipe.py'
