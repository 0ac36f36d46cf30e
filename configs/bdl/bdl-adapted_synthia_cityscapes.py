# BDL before self-training, its M_0: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/bdl.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan_synthia_cityscapes.py'
