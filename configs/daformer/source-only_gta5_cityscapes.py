# DAFormer's network trained on the source, no adaptation: GTA5 to Cityscapes.
_base_ = ['../_base_/methods/daformer_source_only.py', '../_base_/pipelines/crops.py']
source, target = 'gta5', 'cityscapes'
