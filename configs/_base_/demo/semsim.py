# DeepLabv3+ of half the width, 400 iterations.
model = dict(
    backbone=dict(widen_factor=0.5),
    decode_head=dict(in_channels=160, c1_in_channels=16, channels=64))
train_cfg = dict(max_iters=400, val_interval=400)
# So short a training ends well only if its steps become small.
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)]
train_dataloader = dict(batch_size=8)
