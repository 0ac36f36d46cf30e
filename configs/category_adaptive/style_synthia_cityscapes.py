# With style gap bridging, "original + adv" of Table 2: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'synthia', 'cityscapes'
translator = '../bdl/cyclegan_synthia_cityscapes.py'
