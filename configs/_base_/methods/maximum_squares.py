# Maximum squares: the source model is trained on, with a second loss on the target.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

warm_start = True
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        squares=dict(type='MaximumSquares', loss_weight=0.1)),  # lambda_T
    phases=[dict(name='segmentor', updates=['segmentor'])])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer)

# The released commands: 5 rounds of 2 epochs of the 2975 images of Cityscapes.
train_cfg = dict(max_iters=29750, val_interval=2975)
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=29751, by_epoch=False)
]
demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        # Weight times sum of learning rates: as in the published schedule.
        objectives=dict(squares=dict(loss_weight=2.0))))
