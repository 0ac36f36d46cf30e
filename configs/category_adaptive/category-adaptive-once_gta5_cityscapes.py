# One round of self-training, "SSL once" of Table 2: GTA5 to Cityscapes.
_base_ = '../_base_/methods/category_adaptive_ssl.py'
source, target = 'gta5', 'cityscapes'
translator = '../bdl/cyclegan_gta5_cityscapes.py'
pseudo_labels = dict(config='style_gta5_cityscapes.py')
rounds = 1
