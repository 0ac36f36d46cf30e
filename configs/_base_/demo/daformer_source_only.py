# A MiT of half of B0's width, one layer per stage, from random weights.
model = dict(
    backbone=dict(embed_dims=16, num_layers=[1, 1, 1, 1]),
    decode_head=dict(in_channels=[16, 32, 80, 128], channels=32, embed_dims=32))
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=50, end=600, by_epoch=False),
]
optim_wrapper = dict(
    optimizer=dict(lr=1e-3), paramwise_cfg=dict(custom_keys=dict(_delete_=True)))
train_dataloader = dict(batch_size=8)
