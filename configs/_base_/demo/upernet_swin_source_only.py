# A Swin of a quarter of the width and two layers per stage, from random weights.
model = dict(
    backbone=dict(embed_dims=24, depths=[2, 2, 2, 2], num_heads=[1, 2, 4, 8]),
    decode_head=dict(in_channels=[24, 48, 96, 192], channels=32))
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=50, end=600, by_epoch=False),
]
optim_wrapper = dict(
    optimizer=dict(lr=1e-3), paramwise_cfg=dict(custom_keys=dict(_delete_=True)))
train_dataloader = dict(batch_size=8)
