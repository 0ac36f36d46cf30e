model = dict(channels=16, discriminator=dict(channels=16))
train_cfg = dict(max_iters=900)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=36,
        num_epochs=25,
        decay_epoch=15)
]
