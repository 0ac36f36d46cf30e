# Multi-source adaptation: GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = '../_base_/methods/multi_source.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
