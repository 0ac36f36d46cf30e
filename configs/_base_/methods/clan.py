# CLAN: two classifiers on conv5, their sum is the prediction.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

head = dict(
    _base_.model.decode_head,
    # The released code: cross-entropy of focal weights.
    loss_decode=dict(type='SoftmaxFocalLoss', gamma=2.0))
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='CategoryWeighted',
            taps=(
                'decode_head.branches.first.conv_seg',
                'decode_head.branches.second.conv_seg'),
            discriminator=dict(type='FullyConvolutionalDiscriminator', in_channels=19),
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
model['segmentor'] = dict(
    _base_.model,
    decode_head=dict(
        type='BranchedHead',
        head=head,
        branches=dict(first=dict(), second=dict()),
        merge='sum',
        num_classes=19))
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer,
    critic=_base_.critic_optimizer)

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
demo = dict(
    model=dict(
        segmentor=dict(
            backbone=_base_.demo_segmentor.backbone,
            decode_head=dict(head=_base_.demo_segmentor.decode_head)),
        # Weight times sum of learning rates: as in the published schedule.
        objectives=dict(
            output=dict(
                loss_weight=0.06,
                discrepancy_weight=1.2,
                discriminator=dict(channels=16),
                warm_up=10,
                duration=200))))
