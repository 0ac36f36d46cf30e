# BDL's translator: SYNTHIA, of 9,400 images, to Cityscapes.
_base_ = './cyclegan_gta5_cityscapes.py'
source, target = 'synthia', 'cityscapes'
iters_per_epoch = 2350
train_cfg = dict(max_iters=_base_.num_epochs * iters_per_epoch)
param_scheduler = [dict(_base_.decay, iters_per_epoch=iters_per_epoch)]
