# BDL's second translator, with its perceptual loss: any pair of cities.
_base_ = '../cyclegan/cyclegan_hannover_vaihingen.py'
source, target = 'hannover', 'vaihingen'
model = dict(guidance=dict(type='SegmentationPerceptualLoss'))  # 0.1 and 10
frozen_segmentor = 'bdl_hannover_vaihingen.py'
