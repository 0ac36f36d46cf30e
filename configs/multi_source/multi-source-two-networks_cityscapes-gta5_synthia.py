# S-All in a network of its own: Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = '../_base_/methods/multi_source_two_networks.py'
source, target = ['cityscapes', 'gta5'], 'synthia'
