# DeepLabV2 on VGG16, no adaptation: GTA5 to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only_vgg16.py'
source, target = 'gta5', 'cityscapes'
