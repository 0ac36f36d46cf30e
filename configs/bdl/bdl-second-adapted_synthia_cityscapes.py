# BDL's second turn before self-training: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/bdl.py'
source, target = 'synthia', 'cityscapes'
translator = 'cyclegan-perceptual_synthia_cityscapes.py'
