# ORACLE: FCN-8s trained with the labels of the target, an upper end (Table 2b).
_base_ = [
    '../_base_/methods/lsd_source_only.py', '../_base_/pipelines/street_1024x512.py'
]
source, target = 'gta5', 'cityscapes'
trains_on = 'target'
