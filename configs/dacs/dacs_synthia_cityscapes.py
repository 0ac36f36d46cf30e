# DACS: SYNTHIA to Cityscapes.
_base_ = ['../_base_/methods/dacs.py', '../_base_/pipelines/crops.py']
source, target = 'synthia', 'cityscapes'
