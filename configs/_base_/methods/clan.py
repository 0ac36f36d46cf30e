# CLAN: two classifiers on conv5, their sum is the prediction.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

model = dict(
    decode_head=dict(
        _delete_=True,
        type='BranchedHead',
        head=dict(
            _base_.model.decode_head,
            # The released code: cross-entropy of focal weights.
            loss_decode=dict(type='SoftmaxFocalLoss', gamma=2.0)),
        branches=dict(first=dict(), second=dict()),
        merge='sum',
        num_classes=None))
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='CategoryWeighted',
            taps=(
                'decode_head.branches.first.conv_seg',
                'decode_head.branches.second.conv_seg'),
            discriminator=dict(type='FullyConvolutionalDiscriminator'),
            loss_weight=0.001,  # lambda_adv, Sect. 4.2
            discrepancy_weight=0.02,  # lambda_weight 0.01, doubled in the released code
            floor=0.4,  # epsilon
            scale=40.0,  # lambda_local; 10 from SYNTHIA
            warm_up=5000,
            duration=100000)),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ])
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer, critic=_base_.critic_optimizer)

# The released code: images of both domains, as their data sets resize them, are
# scaled by 0.8 or 1.1, with a probability of 0.3 each, and half of them mirrored.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='LoadLabels'),
    dict(type='Resize'),
    dict(
        type='RandomChoice',
        transforms=[
            [dict(type='Resize', scale_factor=0.8, interpolation='bicubic')],
            [dict(type='Resize', scale_factor=1.1, interpolation='bicubic')],
            [],
        ],
        prob=[0.3, 0.3, 0.4]),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]

# The released code: linear warm-up for 5 % of 100,000 iterations, from then on
# (1 - i / 100000)^0.9, which begins with a small step down.
train_cfg = dict(max_iters=100000)
param_scheduler = [
    dict(
        type='LinearLR', start_factor=1e-9, end_factor=1.0, begin=0, end=5001,
        by_epoch=False),
    dict(type='MultiStepLR', milestones=[5000], gamma=0.95**0.9, by_epoch=False),
    dict(
        type='PolyLR', power=0.9, eta_min=0, begin=5000, end=100001, by_epoch=False),
]
demo = '../demo/clan.py'
