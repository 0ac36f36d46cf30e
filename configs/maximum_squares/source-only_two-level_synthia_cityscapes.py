# DeepLabV2 with a second classifier, no adaptation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only_two_level.py'
source, target = 'synthia', 'cityscapes'
