# DCAN, aligned in the image generator and in the network: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/dcan.py'
source, target = 'synthia', 'cityscapes'
translator = 'generator_synthia_cityscapes.py'
