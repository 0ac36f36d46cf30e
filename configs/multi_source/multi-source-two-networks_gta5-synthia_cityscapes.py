# S-All in a network of its own: GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = '../_base_/methods/multi_source_two_networks.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
