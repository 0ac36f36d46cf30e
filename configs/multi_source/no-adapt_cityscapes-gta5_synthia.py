# All sources, no adaptation: Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = '../_base_/methods/multi_source_no_adapt.py'
source, target = ['cityscapes', 'gta5'], 'synthia'
