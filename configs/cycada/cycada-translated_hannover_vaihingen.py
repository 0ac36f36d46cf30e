# CyCADA's image and feature part, the whole method: any pair of cities.
_base_ = '../_base_/methods/cycada.py'
source, target = 'hannover', 'vaihingen'
translator = 'cyclegan-semantic_hannover_vaihingen.py'
source_model = 'source-only_translated_hannover_vaihingen.py'
