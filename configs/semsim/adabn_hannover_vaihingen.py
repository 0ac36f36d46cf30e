# AdaBN (Li et al. 2016), the cheapest adaptation there is: the source model as it is,
# with the batch statistics of the target. One iteration at learning rate 0.
_base_ = './source-only_hannover_vaihingen.py'

source_model = 'source-only_hannover_vaihingen.py'
warm_start = True
custom_hooks = [dict(type='ReproducibleHook'), dict(type='TargetStatisticsHook')]
train_dataloader = dict(dataset=dict(target=_base_.target_train_unlabelled))
train_cfg = dict(max_iters=1, val_interval=1)
optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.0))
demo = dict(train_cfg=dict(max_iters=1, val_interval=1))
