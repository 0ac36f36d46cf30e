# How CycleGAN and what follows it are trained: Adam, at a rate that falls to 0 over the
# last epochs. How many there are, and of how many iterations, is said by the config.
train_cfg = dict(type='IterBasedTrainLoop')
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, betas=(0.5, 0.999)))
optim_wrapper = dict(generator=adam, critic=adam)
decay = dict(type='EpochLinearLR', by_epoch=False)
