# DCAN's image generator: GTA5 to Cityscapes.
_base_ = '../_base_/methods/dcan_generator.py'
source, target = 'gta5', 'cityscapes'
demo = '../_base_/demo/dcan_generator_street.py'
