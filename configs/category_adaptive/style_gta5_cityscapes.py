# With style gap bridging, "original + adv" of Table 2: GTA5 to Cityscapes.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'gta5', 'cityscapes'
translator = '../bdl/cyclegan_gta5_cityscapes.py'
