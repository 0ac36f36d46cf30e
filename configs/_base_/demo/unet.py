# SemI2I's U-net of a quarter of the width, 400 iterations.
model = dict(
    backbone=dict(base_channels=16), decode_head=dict(in_channels=16, channels=16))
train_cfg = dict(max_iters=400, val_interval=400)
# So few iterations ask for larger steps, which become small towards the end.
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)]
train_dataloader = dict(batch_size=8)
