# Control of three trainings in a row, as two rounds of self-training have.
_base_ = './control.py'
train_cfg = dict(max_iters=12000)
param_scheduler = [
    dict(_delete_=True, type='PolyLR', power=0.9, begin=0, end=12000, by_epoch=False)
]
demo = './size_long.py'
