# DeepLabV2 on VGG16, no adaptation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/deeplabv2_source_only_vgg16.py'
source, target = 'synthia', 'cityscapes'
