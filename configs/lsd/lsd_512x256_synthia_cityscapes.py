# LSD, 512x256 pixels (Table 3): SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/lsd_16_classes.py', '../_base_/pipelines/street_512x256.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_512x256_synthia_cityscapes.py'
