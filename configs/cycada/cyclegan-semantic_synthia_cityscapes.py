# CyCADA's image part: SYNTHIA, of 9,400 images, to Cityscapes.
_base_ = './cyclegan-semantic_gta5_cityscapes.py'
source, target = 'synthia', 'cityscapes'
frozen_segmentor = '../adaptsegnet/source-only_synthia_cityscapes.py'
iters_per_epoch = 9400
train_cfg = dict(max_iters=_base_.num_epochs * iters_per_epoch)
param_scheduler = [dict(_base_.decay, iters_per_epoch=iters_per_epoch)]
