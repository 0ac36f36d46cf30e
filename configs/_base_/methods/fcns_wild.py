# FCNs in the wild: a global adversary on the last features (Sect. 3.2), and classes of
# the sizes that they have on the source (Sect. 3.3). Network, optimizer and schedule
# are AdaptSegNet's, the weights are ours.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        size=dict(type='SizeConstraint', loss_weight=0.1),
        alignment=dict(
            type='FeatureAlignment',
            tap='backbone.layer4',
            discriminator=dict(type='PixelwiseDiscriminator'),
            loss_weight=0.001)),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=['segmentor.backbone']),
    ])
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer,
    critic=_base_.critic_optimizer,
    align=_base_.segmentor_optimizer)
demo = '../demo/fcns_wild.py'
