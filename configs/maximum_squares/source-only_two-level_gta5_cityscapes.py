# DeepLabV2 with a second classifier, no adaptation: GTA5 to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only_two_level.py'
source, target = 'gta5', 'cityscapes'
