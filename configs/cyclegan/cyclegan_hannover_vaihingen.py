# CycleGAN (Zhu et al. 2017), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/cyclegan.py', '../_base_/schedules/translation.py',
    '../_base_/schedules/linear_decay.py'
]
source, target = 'hannover', 'vaihingen'

# "The same learning rate for the first 100 epochs and linearly decay the rate to zero
# over the next 100 epochs" (Sect. 4), at 2e-4 and batch size 1.
iters_per_epoch, num_epochs = 8000, 200
train_cfg = dict(max_iters=num_epochs * iters_per_epoch)
param_scheduler = [
    dict(
        _base_.decay,
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
