# S-All in a network of its own: Cityscapes and SYNTHIA to GTA5 (Table 1).
_base_ = '../_base_/methods/multi_source_two_networks.py'
source, target = ['cityscapes', 'synthia'], 'gta5'
