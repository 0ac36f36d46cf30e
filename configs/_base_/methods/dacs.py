# DACS (Tranheden et al. 2021): a mean teacher and ClassMix, on DeepLabV2.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        teacher=dict(
            type='MeanTeacher',
            ema_decay=0.99,  # alpha, Sect. 4
            threshold=0.968,
            # The released code normalises by the mini-batch: statistics='batch'.
            statistics='running'),
        mix=dict(
            type='ClassMix',
            share=0.5,
            augmentation=dict(
                jitter=0.2, jitter_prob=0.8, sigma=(0.15, 1.15), blur_prob=0.5))),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)

train_cfg = dict(max_iters=250000)  # Sect. 4
train_dataloader = dict(batch_size=4)  # two images of each domain
demo = '../demo/dacs.py'
