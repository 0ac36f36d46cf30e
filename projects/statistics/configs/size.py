# Half the width, 200 iterations of 4 pairs.
model = dict(
    backbone=dict(widen_factor=0.5),
    decode_head=dict(in_channels=160, c1_in_channels=16, channels=64),
)
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
train_dataloader = dict(batch_size=8)
# The average is over the last 50 of them, as it is over the last 1,000 of 4,000.
default_hooks = dict(weight_average=dict(momentum=0.02))
