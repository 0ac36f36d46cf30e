# BDL's translator with the perceptual loss of the first turn's segmentor: GTA5 to Cityscapes.
_base_ = './cyclegan_gta5_cityscapes.py'
source, target = 'gta5', 'cityscapes'
model = dict(guidance=dict(type='SegmentationPerceptualLoss'))  # 0.1 and 10
frozen_segmentor = 'bdl_gta5_cityscapes.py'
