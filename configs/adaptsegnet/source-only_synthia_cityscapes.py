# DeepLabV2 trained on the source, no adaptation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only.py'
source, target = 'synthia', 'cityscapes'
