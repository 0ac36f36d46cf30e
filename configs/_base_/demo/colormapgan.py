# 32768 colours instead of 16.8 million.
model = dict(levels=32, discriminator=dict(channels=16))
train_cfg = dict(max_iters=1500)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=60,
        num_epochs=25,
        decay_epoch=15)
]
