# FCN-8s trained on the source, 512x256 pixels (Table 3): SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/lsd_source_only_16_classes.py',
    '../_base_/pipelines/street_512x256.py'
]
source, target = 'synthia', 'cityscapes'
