# BDL with two rounds of self-training, its M_2: GTA5 to Cityscapes.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan_gta5_cityscapes.py'
pseudo_labels = dict(config='bdl-adapted_gta5_cityscapes.py')
