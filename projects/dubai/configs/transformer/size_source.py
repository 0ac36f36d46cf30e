# As small as with --demo, 1,600 iterations of 8 patches.
_base_ = 'mmuda::_base_/demo/daformer_source_only.py'
train_cfg = dict(max_iters=1600, val_interval=400)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=50, end=1600, by_epoch=False),
]
