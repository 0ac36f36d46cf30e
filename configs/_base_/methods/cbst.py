# Class-balanced self-training (Zou et al. 2018) on DeepLabV2, with the optimizer of
# AdaptSegNet: rounds from the source model on, each with the weights of the one before.
_base_ = [
    '../models/deeplabv2_r101.py',
    '../schedules/adaptsegnet.py',
    '../default_runtime.py',
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        pseudo_labels=dict(type='PseudoLabelSupervision'),
    ),
    phases=[dict(name='segmentor', updates=['segmentor'])],
)
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)

pseudo_labels = dict(
    strategy='class_balanced',
    # The released code: begins with .2 (.15 from GTA5), .05 more in each round.
    portion=[0.20, 0.25, 0.30, 0.35, 0.40, 0.45],
    weights='continue',
)
rounds = 6
# Two passes over the 2,975 images of Cityscapes in each round.
train_cfg = dict(max_iters=5950, val_interval=5950)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=5950, by_epoch=False)]
demo = '../demo/cbst.py'
