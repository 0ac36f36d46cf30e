_base_ = './colormapgan.py'
model = dict(
    _delete_=True,
    generator=dict(channels=16, num_residuals=3),
    discriminator=dict(channels=16))
# So few iterations ask for larger steps.
adam = dict(optimizer=dict(lr=0.001))
optim_wrapper = dict(generator=adam, critic=adam)
# 112 pixels of a patch of 112 enlarged to 125, in the published proportion.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(125, 125), interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=(112, 112)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
del adam
