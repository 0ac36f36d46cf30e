# Multi-source adaptation: Cityscapes and SYNTHIA to GTA5 (Table 1).
_base_ = '../_base_/methods/multi_source.py'
source, target = ['cityscapes', 'synthia'], 'gta5'
