_base_ = './lsd.py'
adaptor = dict(
    objectives=dict(
        alignment=dict(
            _delete_=True,
            discriminator=dict(channels=(64, 32)),
            loss_weight=2 * 0.03)))
optim_wrapper = dict(
    _delete_=True,
    align=dict(optimizer=dict(lr=5e-4)),
    critic=dict(optimizer=dict(lr=1e-3)))
