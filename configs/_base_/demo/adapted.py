# What all methods on DeepLabV2 share: 200 iterations from the source model. A loss that
# adapts has such a weight that times the sum of learning rates it is as published.
_base_ = './deeplabv2.py'
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
optim_wrapper = dict(_delete_=True, segmentor=dict(optimizer=dict(lr=0.002)))
