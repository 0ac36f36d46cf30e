# CyCADA's image and feature part, the whole method: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/cycada.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan-semantic_synthia_cityscapes.py'
source_model = 'source-only_translated_synthia_cityscapes.py'
