# CyCADA's image part, with its semantic-consistency loss: GTA5 to Cityscapes.
_base_ = [
    '../_base_/models/cyclegan.py', '../_base_/schedules/translation.py',
    '../_base_/schedules/cyclegan_street.py'
]
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
# An epoch is the 24,966 source images.
iters_per_epoch = 24966
train_cfg = dict(max_iters=_base_.num_epochs * iters_per_epoch)
param_scheduler = [dict(_base_.decay, iters_per_epoch=iters_per_epoch)]
demo = '../_base_/demo/cyclegan_street.py'
