# As long as the recipe.
_base_ = 'mmuda::_base_/demo/semsim.py'
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=600, by_epoch=False)]
