# BDL's translator (cyclegan/readme.md of the released code) without its perceptual
# loss: GTA5 to Cityscapes.
_base_ = ['../_base_/models/cyclegan.py', '../_base_/schedules/translation.py']
source, target = 'gta5', 'cityscapes'

# loadSize 1024, fineSize 452.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(1024, 1024), keep_ratio=True, interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=(452, 452)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
# Four images of each domain in a mini-batch; niter 10 and niter_decay 10 epochs of the
# 24,966 source images.
train_dataloader = dict(batch_size=8)
iters_per_epoch, num_epochs = 6242, 20
train_cfg = dict(type='IterBasedTrainLoop', max_iters=num_epochs * iters_per_epoch)
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, betas=(0.5, 0.999))
)
optim_wrapper = dict(generator=adam, critic=adam)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=10,
    )
]
demo = '../_base_/demo/cyclegan_street.py'
