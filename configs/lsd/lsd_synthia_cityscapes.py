# LSD: SYNTHIA to Cityscapes (Table 2a).
_base_ = [
    '../_base_/methods/lsd_16_classes.py', '../_base_/pipelines/street_1024x512.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_synthia_cityscapes.py'
