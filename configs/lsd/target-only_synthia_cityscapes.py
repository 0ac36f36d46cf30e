# ORACLE: FCN-8s trained with the labels of the target, an upper end (Table 2a).
_base_ = [
    '../_base_/methods/lsd_source_only_16_classes.py',
    '../_base_/pipelines/street_1024x512.py'
]
source, target = 'synthia', 'cityscapes'
trains_on = 'target'
