model = dict(
    generator=dict(channels=16, num_residuals=2), discriminator=dict(channels=16))
train_cfg = dict(max_iters=1000)
# So few iterations ask for larger steps.
adam = dict(optimizer=dict(lr=0.001))
optim_wrapper = dict(critic=adam, generator=adam)
param_scheduler = [dict(type='StepLR', step_size=300, gamma=0.5, by_epoch=False)]
del adam
