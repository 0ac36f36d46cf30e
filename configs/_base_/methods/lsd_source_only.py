# FCN-8s trained on the source: LSD with alpha and beta 0 (Sect. 5.3), without G and D.
_base_ = [
    '../schedules/lsd.py', '../models/deeplabv2_r101.py',
    '../models/fcn8s_vgg16_unscaled.py', '../default_runtime.py'
]
model = _base_.fcn8s_vgg16
train_dataloader = dict(batch_size=1, sampler=dict(type='SourceSampler'))
optim_wrapper = _base_.segmentor_optimizer
demo = '../demo/fcn8s.py'
