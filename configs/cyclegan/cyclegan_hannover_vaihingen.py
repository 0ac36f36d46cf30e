# CycleGAN (Zhu et al. 2017), a row of SemI2I's Table 1.
_base_ = ['../_base_/models/cyclegan.py', '../_base_/schedules/translation.py']
source, target = 'hannover', 'vaihingen'

# "The same learning rate for the first 100 epochs and linearly decay the rate to zero
# over the next 100 epochs" (Sect. 4), at 2e-4 and batch size 1.
iters_per_epoch, num_epochs = 8000, 200
train_cfg = dict(type='IterBasedTrainLoop', max_iters=num_epochs * iters_per_epoch)
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, betas=(0.5, 0.999)))
optim_wrapper = dict(generator=adam, critic=adam)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=100)
]

# The published code (`--preprocess resize_and_crop`): 256 pixels of a patch enlarged to
# 286, half of the patches mirrored.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(286, 286), interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]

demo = '../_base_/demo/cyclegan.py'
