# Twenty epochs, over the last ten of which the rate falls to 0 (BDL's code). How many
# iterations are an epoch is said by the config.
num_epochs = 20
train_cfg = dict(type='IterBasedTrainLoop')
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, betas=(0.5, 0.999))
)
optim_wrapper = dict(generator=adam, critic=adam)
decay = dict(
    type='EpochLinearLR', by_epoch=False, num_epochs=num_epochs, decay_epoch=10
)
