# UPerNet-Swin trained on the source: any pair of cities.
_base_ = [
    '../_base_/models/upernet_swin.py', '../_base_/schedules/daformer.py',
    '../_base_/default_runtime.py'
]
source, target = 'hannover', 'vaihingen'
train_dataloader = dict(batch_size=2, sampler=dict(type='SourceSampler'))
optim_wrapper = _base_.segmentor_optimizer
demo = '../_base_/demo/upernet_swin_source_only.py'
