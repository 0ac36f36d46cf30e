# ADVENT, direct entropy minimisation (Sect. 3.1), at two levels.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='EntropyMinimization',
            tap='decode_head.conv_seg',
            loss_weight=0.001),  # lambda_ent, Sect. 4.2
        feature=dict(
            type='EntropyMinimization',
            tap='auxiliary_head.conv_seg',
            loss_weight=0.0002)),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)

train_cfg = dict(max_iters=120000)  # the released configuration: EARLY_STOP
demo = '../demo/minent.py'
