# Maximum squares: the source model is trained on, with a second loss on the target.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'
warm_start = True

# The released code trains scale and shift of batch normalisation, but for those of the
# first layer.
model = dict(backbone=dict(norm_cfg=dict(requires_grad=True)))
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        squares=dict(type='MaximumSquares', loss_weight=0.1)),  # lambda_T
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(
    segmentor=dict(
        _base_.segmentor_optimizer,
        paramwise_cfg=dict(
            custom_keys=dict(
                _base_.segmentor_optimizer.paramwise_cfg.custom_keys,
                **{'backbone.bn1': dict(lr_mult=0.0)}))))

# Images of both domains, as their data sets resize them, are mirrored and blurred with
# a probability of 0.5 each (released code).
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='LoadLabels'),
    dict(type='Resize'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomGaussianBlur', prob=0.5, sigma=(0.0, 1.0)),
    dict(type='PackRaster'),
]

# The released commands: 5 rounds of 2 epochs of the 2975 images of Cityscapes.
train_cfg = dict(max_iters=29750, val_interval=2975)
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=29751, by_epoch=False)
]
demo = '../demo/maximum_squares.py'
