# All sources, no adaptation: GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = '../_base_/methods/multi_source_no_adapt.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
