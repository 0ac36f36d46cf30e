_base_ = './unet.py'
train_cfg = dict(max_iters=125, val_interval=125)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=125, by_epoch=False)]
