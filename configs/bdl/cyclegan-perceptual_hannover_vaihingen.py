# BDL's translator with the perceptual loss of the first turn's segmentor: any pair of cities.
_base_ = '../cyclegan/cyclegan_hannover_vaihingen.py'
source, target = 'hannover', 'vaihingen'
model = dict(guidance=dict(type='SegmentationPerceptualLoss'))  # 0.1 and 10
frozen_segmentor = 'bdl_hannover_vaihingen.py'
