# 200 iterations of 4 pairs, on from the source model.
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
