_base_ = './colormapgan.py'
model = dict(
    _delete_=True,
    generator=dict(channels=16, num_residuals=3),
    discriminator=dict(channels=16))
# So few iterations ask for larger steps.
adam = dict(optimizer=dict(lr=0.001))
optim_wrapper = dict(generator=adam, critic=adam)
del adam
