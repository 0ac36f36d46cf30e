# BDL's second turn with two rounds of self-training, the whole method: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan-perceptual_synthia_cityscapes.py'
pseudo_labels = dict(config='bdl-second-adapted_synthia_cityscapes.py')
