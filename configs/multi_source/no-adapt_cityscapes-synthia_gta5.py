# All sources, no adaptation: Cityscapes and SYNTHIA to GTA5 (Table 1).
_base_ = '../_base_/methods/multi_source_no_adapt.py'
source, target = ['cityscapes', 'synthia'], 'gta5'
