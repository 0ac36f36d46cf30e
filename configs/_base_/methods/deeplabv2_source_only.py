# DeepLabV2 trained on the source: the baseline of all methods that use it.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

train_dataloader = dict(batch_size=1, sampler=dict(type='SourceSampler'))
optim_wrapper = _base_.segmentor_optimizer
demo = dict(
    warm_start=False,
    model=_base_.demo_segmentor,
    train_cfg=dict(max_iters=400, val_interval=400),
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)],
    optim_wrapper=dict(_delete_=True, optimizer=dict(lr=0.01)))
