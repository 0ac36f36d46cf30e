# Multi-source adaptation: Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = '../_base_/methods/multi_source.py'
source, target = ['cityscapes', 'gta5'], 'synthia'
