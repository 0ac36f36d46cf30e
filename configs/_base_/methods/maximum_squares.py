# Maximum squares: the source model is trained on, with a second loss on the target.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'
warm_start = True

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        squares=dict(type='MaximumSquares', loss_weight=0.1)),  # lambda_T
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)

# The released commands: 5 rounds of 2 epochs of the 2975 images of Cityscapes.
train_cfg = dict(max_iters=29750, val_interval=2975)
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=29751, by_epoch=False)
]
demo = '../demo/maximum_squares.py'
