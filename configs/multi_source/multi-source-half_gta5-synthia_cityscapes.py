# Multi-source at half the resolution: GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = '../_base_/methods/multi_source_half.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
