# AdaptSegNet at one level: the classifier on conv5.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='OutputAlignment',
            discriminator=dict(type='FullyConvolutionalDiscriminator'),
            loss_weight=0.001)),  # lambda_adv, Sect. 4.4
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ])
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer, critic=_base_.critic_optimizer)
demo = '../demo/adaptsegnet_single.py'
