# DCAN, aligned in the image generator and in the network: GTA5 to Cityscapes.
_base_ = '../_base_/methods/dcan.py'
source, target = 'gta5', 'cityscapes'
translator = 'generator_gta5_cityscapes.py'
