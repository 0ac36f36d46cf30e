# LSD: D, then G, then F and C (Sect. 3.3), on any network.
_base_ = '../schedules/lsd.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        alignment=dict(
            type='ReconstructionAlignment',
            discriminator=dict(type='LabellingDiscriminator'),
            # The paper names neither. Those of the released code, 0.1, which sums over
            # pixels in the segmentation loss and over 64 times fewer locations in D's.
            alpha=0.1 / 64,
            beta=0.1 / 64)),
    phases=[
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='generator', updates=['objectives.alignment.generator']),
        dict(name='segmentor', updates=['segmentor']),
    ])
optim_wrapper = dict(
    critic=_base_.gan_optimizer,
    generator=_base_.gan_optimizer,
    segmentor=_base_.segmentor_optimizer)
custom_hooks = [dict(type='ReconstructionGridHook')]
