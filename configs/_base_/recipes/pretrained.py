# How a source model is trained from pretrained weights: as from random ones, in half
# the iterations, the backbone a tenth as fast as the head, which alone is new.
_base_ = './scratch.py'
from_pretrained = dict(decode_head=dict(init_cfg=None))
train_cfg = dict(max_iters=20000, val_interval=1000)
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=1500, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=1500, end=20000, by_epoch=False),
]
