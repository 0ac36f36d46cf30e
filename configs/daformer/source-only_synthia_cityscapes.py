# DAFormer's network trained on the source, no adaptation: SYNTHIA to Cityscapes.
_base_ = ['../_base_/methods/daformer_source_only.py', '../_base_/pipelines/crops.py']
source, target = 'synthia', 'cityscapes'
