# LSD: GTA5 to Cityscapes (Table 2b).
_base_ = ['../_base_/methods/lsd_fcn8s.py', '../_base_/pipelines/street_1024x512.py']
source, target = 'gta5', 'cityscapes'
source_model = 'source-only_gta5_cityscapes.py'
