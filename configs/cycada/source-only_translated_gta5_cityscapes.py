# CyCADA's image part alone: trained on translated images. GTA5 to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan-semantic_gta5_cityscapes.py'
