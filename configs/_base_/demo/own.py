# The network as it is, without pretrained weights: 400 iterations of 8 windows.
train_cfg = dict(max_iters=400, val_interval=200)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=40, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=40, end=400, by_epoch=False),
]
# Nothing is pretrained here: all learns equally fast.
optim_wrapper = dict(
    optimizer=dict(lr=1e-3), paramwise_cfg=dict(custom_keys=dict(_delete_=True)))
