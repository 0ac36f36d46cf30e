# DANN on features, every source image with a fixed random partner.
_base_ = './adapted.py'
encoder = [
    'segmentor.backbone',
    'segmentor.decode_head.image_pool',
    'segmentor.decode_head.aspp_modules',
    'segmentor.decode_head.bottleneck',
]
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='supervise'),
        alignment=dict(
            type='FeatureAlignment',
            tap='decode_head.bottleneck',
            discriminator=dict(type='InvertedBottleneckDiscriminator'),
        ),
    ),
    phases=[
        dict(name='supervise', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=encoder),
    ],
)
optim_wrapper = dict(
    supervise=_base_.segmentor, critic=_base_.critic, align=_base_.segmentor
)
pairing = dict(strategy='random')
