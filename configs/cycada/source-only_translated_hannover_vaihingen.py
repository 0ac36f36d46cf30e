# CyCADA's image part alone: trained on translated images. Any pair of cities.
_base_ = '../_base_/methods/deeplabv2_source_only.py'
source, target = 'hannover', 'vaihingen'
translator = 'cyclegan-semantic_hannover_vaihingen.py'
