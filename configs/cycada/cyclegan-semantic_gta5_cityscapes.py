# CyCADA's image part, with its semantic-consistency loss: GTA5 to Cityscapes.
_base_ = ['../_base_/models/cyclegan.py', '../_base_/schedules/translation.py']
source, target = 'gta5', 'cityscapes'
model = dict(guidance=dict(type='SemanticConsistencyLoss'))
frozen_segmentor = '../adaptsegnet/source-only_gta5_cityscapes.py'

# "Resized to have width of 1024 pixels", crops of 400; all else is CycleGAN's.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(1024, 1024), keep_ratio=True, interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=(400, 400)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
# Twenty epochs of the 24,966 source images, as in BDL's code.
iters_per_epoch, num_epochs = 24966, 20
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
