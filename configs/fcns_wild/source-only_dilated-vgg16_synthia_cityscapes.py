# Dilated VGG16, no adaptation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/dilated_vgg16_source_only.py'
source, target = 'synthia', 'cityscapes'
