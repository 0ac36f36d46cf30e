# The source model with the batch statistics of the target.
_base_ = './source-only_dubai.py'
source_model = 'source-only_dubai.py'
warm_start = True
custom_hooks = [dict(type='ReproducibleHook'), dict(type='TargetStatisticsHook')]
train_cfg = dict(max_iters=1, val_interval=1)
train_dataloader = dict(dataset=dict(target=_base_.dubai_target_unlabelled))
optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.0))
