# LSD, 640x320 pixels (Table 3): SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/lsd_16_classes.py', '../_base_/pipelines/street_640x320.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_640x320_synthia_cityscapes.py'
