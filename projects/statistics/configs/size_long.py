# As size.py, three times as long.
_base_ = './size.py'
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=600, by_epoch=False)]
