# LSD without G (Table 4): D tells the domains apart by the embedding, at each location,
# and F is to have them taken for each other. Both domains together are one mean here.
_base_ = [
    '../schedules/lsd.py', '../models/deeplabv2_r101.py',
    '../models/fcn8s_vgg16_unscaled.py', '../default_runtime.py'
]
source_model = '../../lsd/source-only_hannover_vaihingen.py'
model = _base_.fcn8s_vgg16
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='align'),
        alignment=dict(
            type='FeatureAlignment',
            tap='backbone.classifier.5',
            discriminator=dict(type='PixelwiseDiscriminator'),
            loss_weight=2 * 0.1 / 64)),
    phases=[
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=['segmentor']),
    ])
optim_wrapper = dict(
    critic=_base_.gan_optimizer, align=_base_.segmentor_optimizer)
demo = '../demo/lsd_feature_space.py'
