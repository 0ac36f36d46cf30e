# The whole of BDL, its second turn with self-training: GTA5 to Cityscapes.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'gta5', 'cityscapes'
translator = 'cyclegan-perceptual_gta5_cityscapes.py'
pseudo_labels = dict(config='bdl-second-adapted_gta5_cityscapes.py')
