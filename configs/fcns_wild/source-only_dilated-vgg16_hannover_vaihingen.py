# Dilated VGG16, no adaptation: any pair of cities.
_base_ = '../_base_/methods/dilated_vgg16_source_only.py'
source, target = 'hannover', 'vaihingen'
