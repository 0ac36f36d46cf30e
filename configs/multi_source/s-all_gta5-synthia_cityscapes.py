# All sources in one branch: GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = '../_base_/methods/multi_source_all.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
