# FCN-8s trained on the source (Table 2a, "source only"): SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/lsd_source_only_16_classes.py',
    '../_base_/pipelines/street_1024x512.py'
]
source, target = 'synthia', 'cityscapes'
