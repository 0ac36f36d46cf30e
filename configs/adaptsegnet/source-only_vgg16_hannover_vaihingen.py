# DeepLabV2 on VGG16, no adaptation: any pair of cities.
_base_ = '../_base_/methods/deeplabv2_source_only_vgg16.py'
source, target = 'hannover', 'vaihingen'
