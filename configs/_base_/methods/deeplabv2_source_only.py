# DeepLabV2 trained on the source: the baseline of all methods that use it.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
train_dataloader = dict(batch_size=1, sampler=dict(type='SourceSampler'))
optim_wrapper = _base_.segmentor_optimizer
demo = '../demo/deeplabv2.py'
