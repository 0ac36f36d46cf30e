# Without weights from ImageNet and with a short schedule, adaptation starts from the
# source model.
_base_ = './semsim.py'
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
train_dataloader = dict(batch_size=16, sampler=dict(subset=None))
