# All sources in one branch: Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = '../_base_/methods/multi_source_all.py'
source, target = ['cityscapes', 'gta5'], 'synthia'
