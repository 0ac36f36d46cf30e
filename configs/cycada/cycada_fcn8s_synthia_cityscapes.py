# CyCADA's feature part on FCN-8s: SYNTHIA to Cityscapes.
_base_ = ['../_base_/methods/cycada_fcn8s.py', '../_base_/pipelines/street_crops.py']
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_fcn8s_synthia_cityscapes.py'
