_base_ = './adapted.py'
adaptor = dict(
    objectives=dict(
        output=dict(loss_weight=0.1, discriminator=dict(channels=16)),
        style=dict(loss_weight=0.1, discriminator=dict(channels=16)),
    )
)
