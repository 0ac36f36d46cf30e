# AdaptSegNet at two levels (Sect. 3.3): the classifiers on conv5 and on conv4.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py'
]

discriminator = dict(type='FullyConvolutionalDiscriminator', in_channels=19)
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='OutputAlignment',
            tap='decode_head.conv_seg',
            discriminator=discriminator,
            loss_weight=0.001),  # lambda_adv, Sect. 4.4
        feature=dict(
            type='OutputAlignment',
            tap='auxiliary_head.conv_seg',
            discriminator=discriminator,
            loss_weight=0.0002)),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(
            name='critic',
            updates=[
                'objectives.output.discriminator', 'objectives.feature.discriminator'
            ]),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer,
    critic=_base_.critic_optimizer)

demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        # Weight times sum of learning rates: as in the published schedule.
        objectives=dict(
            output=dict(loss_weight=0.1, discriminator=dict(channels=16)),
            feature=dict(loss_weight=0.02, discriminator=dict(channels=16)))))
