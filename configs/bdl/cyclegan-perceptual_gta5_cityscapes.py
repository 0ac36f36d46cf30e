# BDL's second translator, with its perceptual loss: GTA5 to Cityscapes.
_base_ = './cyclegan_gta5_cityscapes.py'
source, target = 'gta5', 'cityscapes'
model = dict(guidance=dict(type='SegmentationPerceptualLoss'))  # 0.1 and 10
frozen_segmentor = 'bdl_gta5_cityscapes.py'
