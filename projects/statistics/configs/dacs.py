# DACS: a mean teacher and ClassMix, without the strong augmentation of the mixture.
_base_ = './adapted.py'
plain = dict(jitter_prob=0.0, blur_prob=0.0)
adaptor = dict(
    objectives=dict(
        supervision=_base_.supervised,
        teacher=dict(type='MeanTeacher', ema_decay=0.99, threshold=0.968),
        mix=dict(type='ClassMix', augmentation=plain),
    ),
    phases=[dict(name='segmentor', updates=['segmentor'])],
)
optim_wrapper = dict(segmentor=_base_.segmentor)
