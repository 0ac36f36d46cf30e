# From the source model, since nothing is pretrained here.
_base_ = './daformer_source_only.py'
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=20, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=20, end=200, by_epoch=False),
]
optim_wrapper = dict(
    _delete_=True, segmentor=dict(optimizer=dict(type='AdamW', lr=2e-4)))
train_dataloader = dict(
    batch_size=16, sampler=dict(rare_classes=dict(min_pixels=100)))
