# DACS on one's own data: a mean teacher and ClassMix, on from the config's
# `source_model`. Windows have one size; those at the edge of a scene are padded.
_base_ = './source_only.py'
warm_start = True
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        teacher=dict(
            type='MeanTeacher', ema_decay=0.99, threshold=0.968, statistics='running'),
        mix=dict(
            type='ClassMix',
            share=0.5,
            augmentation=dict(
                jitter=0.2, jitter_prob=0.8, sigma=(0.15, 1.15), blur_prob=0.5))),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(_delete_=True, segmentor=_base_.segmentor_optimizer)
from_scratch = dict(_delete_=True, segmentor=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
