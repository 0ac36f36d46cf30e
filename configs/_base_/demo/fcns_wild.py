_base_ = './adapted.py'
adaptor = dict(
    objectives=dict(
        size=dict(loss_weight=1.0),
        alignment=dict(loss_weight=0.1, discriminator=dict(channels=(64, 32)))))
