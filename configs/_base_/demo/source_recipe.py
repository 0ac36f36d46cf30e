# DeepLabv3+ of half the width, from random weights, 600 iterations.
model = dict(
    backbone=dict(widen_factor=0.5),
    decode_head=dict(in_channels=160, c1_in_channels=16, channels=64))
train_cfg = dict(max_iters=600, val_interval=200)
# Nothing is pretrained here: all learns equally fast.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=dict(_delete_=True)))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=50, end=600, by_epoch=False),
]
custom_hooks = [
    dict(type='EMAHook', ema_type='MomentumAnnealingEMA', momentum=0.02, gamma=1)
]
train_dataloader = dict(batch_size=8)
