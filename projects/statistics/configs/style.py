# Style gap bridging of category-adaptive adaptation, beside AdaptSegNet.
_base_ = './adaptsegnet.py'
taps = ['backbone.layer1', 'backbone.layer2']
adaptor = dict(
    objectives=dict(
        style=dict(
            type='StyleGapBridging',
            taps=taps,
            discriminator=dict(type='StyleVectorDiscriminator', channels=16),
            loss_weight=0.1,
        )
    ),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives']),
    ],
)
