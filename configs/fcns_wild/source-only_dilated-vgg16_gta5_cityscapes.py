# Dilated VGG16, no adaptation: GTA5 to Cityscapes.
_base_ = '../_base_/methods/dilated_vgg16_source_only.py'
source, target = 'gta5', 'cityscapes'
