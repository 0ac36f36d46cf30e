# BDL before self-training, its M_0: GTA5 to Cityscapes.
_base_ = '../_base_/methods/bdl.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan_gta5_cityscapes.py'
