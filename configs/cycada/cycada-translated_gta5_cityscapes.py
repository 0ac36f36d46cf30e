# CyCADA's image and feature part, the whole method: GTA5 to Cityscapes.
_base_ = '../_base_/methods/cycada.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan-semantic_gta5_cityscapes.py'
source_model = 'source-only_translated_gta5_cityscapes.py'
