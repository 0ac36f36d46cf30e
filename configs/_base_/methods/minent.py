# ADVENT, direct entropy minimisation (Sect. 3.1), at two levels.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py'
]

model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
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
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer)

train_cfg = dict(max_iters=120000)  # the released configuration: EARLY_STOP
demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        # Weight times sum of learning rates: as in the published schedule.
        objectives=dict(
            output=dict(loss_weight=0.1), feature=dict(loss_weight=0.02))))
