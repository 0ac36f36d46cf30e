# BDL's second turn before self-training: GTA5 to Cityscapes.
_base_ = '../_base_/methods/bdl.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan-perceptual_gta5_cityscapes.py'
