# AdaptSegNet at one level, on VGG16 (Sect. 4.3): any pair of cities.
_base_ = '../_base_/methods/adaptsegnet_single_vgg16.py'
source, target = 'hannover', 'vaihingen'
