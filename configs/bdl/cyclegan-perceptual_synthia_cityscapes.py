# BDL's second translator, with its perceptual loss: SYNTHIA to Cityscapes.
_base_ = './cyclegan_gta5_cityscapes.py'
source, target = 'synthia', 'cityscapes'
model = dict(guidance=dict(type='SegmentationPerceptualLoss'))  # 0.1 and 10
frozen_segmentor = 'bdl_synthia_cityscapes.py'
# As in cyclegan_synthia_cityscapes.py, of which this would be the fifth generation.
iters_per_epoch = 2350
train_cfg = dict(max_iters=_base_.num_epochs * iters_per_epoch)
param_scheduler = [dict(_base_.decay, iters_per_epoch=iters_per_epoch)]
