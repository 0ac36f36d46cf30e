# Shared by all methods: the recipe's source model is trained on at a tenth of its rate.
_base_ = [
    'mmuda::_base_/models/deeplabv3plus_mobilenetv2.py',
    'mmuda::_base_/schedules/adaptsegnet.py',
    'mmuda::_base_/default_runtime.py',
]
source, target = 'hannover', 'vaihingen'
source_model = './source-only.py'
source_augmentation = [
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomPhotometry'),
]
warm_start = True
train_cfg = dict(max_iters=4000, val_interval=4000)
param_scheduler = [
    dict(_delete_=True, type='PolyLR', power=0.9, begin=0, end=4000, by_epoch=False)
]
segmentor = dict(
    type='OptimWrapper', optimizer=dict(type='AdamW', lr=3e-4, weight_decay=0.01)
)
critic = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.99))
)
default_hooks = dict(weight_average=dict(type='WeightAverageHook'))
supervised = dict(type='Supervision', phase='segmentor')
demo = './size.py'
