# tiles_7_8 alone: 600 iterations of 8 patches, from random weights.
_base_ = [
    'mmuda::_base_/models/deeplabv3plus_mobilenetv2.py',
    'mmuda::_base_/schedules/semsim.py',
    'mmuda::_base_/default_runtime.py',
    './dubai.py',
]
model = dict(backbone=dict(init_cfg=None), decode_head=dict(num_classes=5))
train_cfg = dict(max_iters=600, val_interval=600)
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
