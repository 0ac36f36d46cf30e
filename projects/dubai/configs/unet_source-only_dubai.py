# SemI2I's U-net, a quarter as wide, on tiles_7_8 alone: 600 iterations of 8 patches.
_base_ = [
    'mmuda::_base_/models/unet.py',
    'mmuda::_base_/schedules/semi2i.py',
    'mmuda::_base_/default_runtime.py',
    './dubai.py',
]
model = dict(
    backbone=dict(base_channels=16),
    decode_head=dict(in_channels=16, channels=16, num_classes=5),
)
train_cfg = dict(max_iters=600, val_interval=600)
# So few iterations ask for larger steps than the paper's 1e-4, small towards the end.
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=600, by_epoch=False)]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type='SourceSampler'),
    dataset=dict(source=_base_.dubai_source),
)
val_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=_base_.dubai_test
)
test_dataloader = val_dataloader
