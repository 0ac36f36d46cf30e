# CyCADA's image part alone: trained on translated images. SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan-semantic_synthia_cityscapes.py'
