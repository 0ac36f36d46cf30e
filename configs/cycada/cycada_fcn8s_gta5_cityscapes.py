# CyCADA's feature part on FCN-8s: GTA5 to Cityscapes.
_base_ = ['../_base_/methods/cycada_fcn8s.py', '../_base_/pipelines/street_crops.py']
source, target = 'gta5', 'cityscapes'
source_model = 'source-only_fcn8s_gta5_cityscapes.py'
