# DAFormer's network trained on the source: the baseline of what uses it.
_base_ = [
    '../models/daformer.py', '../schedules/daformer.py', '../default_runtime.py'
]
train_dataloader = dict(batch_size=2, sampler=dict(type='SourceSampler'))
optim_wrapper = _base_.segmentor_optimizer
demo = '../demo/daformer_source_only.py'
