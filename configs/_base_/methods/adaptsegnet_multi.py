# AdaptSegNet at two levels (Sect. 3.3): the classifiers on conv5 and on conv4.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

discriminator = dict(type='FullyConvolutionalDiscriminator')
adaptor = dict(
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
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer, critic=_base_.critic_optimizer)
demo = '../demo/adaptsegnet_multi.py'
