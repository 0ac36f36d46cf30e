# BDL's translator (cyclegan/readme.md of the released code) without its perceptual
# loss: GTA5 to Cityscapes.
_base_ = [
    '../_base_/models/cyclegan.py', '../_base_/schedules/translation.py',
    '../_base_/schedules/cyclegan_street.py'
]
source, target = 'gta5', 'cityscapes'

# loadSize 1024, fineSize 452.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(1024, 1024), keep_ratio=True, interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=(452, 452)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
# Four images of each domain in a mini-batch; an epoch is the 24,966 source images.
train_dataloader = dict(batch_size=8)
iters_per_epoch = 6242
train_cfg = dict(max_iters=_base_.num_epochs * iters_per_epoch)
param_scheduler = [dict(_base_.decay, iters_per_epoch=iters_per_epoch)]
demo = '../_base_/demo/cyclegan_street.py'
