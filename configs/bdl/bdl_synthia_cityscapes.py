# BDL with two rounds of self-training, its M_2: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan_synthia_cityscapes.py'
pseudo_labels = dict(config='bdl-adapted_synthia_cityscapes.py')
