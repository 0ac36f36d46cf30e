# LSD without patch discriminator (Table 4): SYNTHIA to Cityscapes, 640 x 320 pixels.
_base_ = [
    '../_base_/methods/lsd_16_classes.py', '../_base_/pipelines/street_640x320.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_640x320_synthia_cityscapes.py'
adaptor = dict(objectives=dict(alignment=dict(discriminator=dict(patches=False))))
