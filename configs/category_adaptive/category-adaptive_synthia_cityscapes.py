# The whole method, "SSL twice" of Table 2: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/category_adaptive_ssl.py'
source, target = 'synthia', 'cityscapes'
translator = '../bdl/cyclegan_synthia_cityscapes.py'
pseudo_labels = dict(config='style_synthia_cityscapes.py')
