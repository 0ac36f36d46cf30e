# As small as with --demo, 400 iterations of 8 pairs.
_base_ = 'mmuda::_base_/demo/daformer.py'
train_cfg = dict(max_iters=400, val_interval=400)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=40, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=40, end=400, by_epoch=False),
]
