# FCN-8s trained on the source, where CyCADA starts from: GTA5 to Cityscapes.
_base_ = [
    '../_base_/methods/fcn8s_source_only.py', '../_base_/pipelines/street_crops.py'
]
source, target = 'gta5', 'cityscapes'
