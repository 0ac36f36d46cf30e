# DCAN's image generator: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/dcan_generator.py'
source, target = 'synthia', 'cityscapes'
demo = '../_base_/demo/dcan_generator_street.py'
