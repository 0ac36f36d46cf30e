# DeepLabV2 on tiles_7_8 alone: where the rows of output-space adaptation start.
_base_ = [
    'mmuda::adaptsegnet/source-only_hannover_vaihingen.py',
    './_base_/output_space.py',
]
model = _base_.demo.model
model.merge(dict(backbone=dict(init_cfg=None), decode_head=dict(num_classes=5)))
train_cfg = _base_.demo.train_cfg
param_scheduler = _base_.demo.param_scheduler
optim_wrapper = _base_.demo.optim_wrapper
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(source=dict(_delete_=True, **_base_.dubai_source)),
)
val_dataloader = dict(num_workers=0, persistent_workers=False, **_base_.dubai_tested)
test_dataloader = val_dataloader
