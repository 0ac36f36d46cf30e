# AdaptSegNet at one level.
_base_ = './adapted.py'
adaptor = dict(
    objectives=dict(
        supervision=_base_.supervised,
        output=dict(
            type='OutputAlignment',
            discriminator=dict(type='FullyConvolutionalDiscriminator', channels=16),
            loss_weight=0.1,
        ),
    ),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ],
)
optim_wrapper = dict(segmentor=_base_.segmentor, critic=_base_.critic)
