# LSD on SegFormer: any pair of cities.
_base_ = '../_base_/methods/lsd_segformer.py'
source, target = 'hannover', 'vaihingen'
