# The whole of BDL, its second turn with self-training: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan-perceptual_synthia_cityscapes.py'
pseudo_labels = dict(config='bdl-second-adapted_synthia_cityscapes.py')
