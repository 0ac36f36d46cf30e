# AdaptSegNet at one level, on VGG16 (Sect. 4.3): GTA5 to Cityscapes.
_base_ = '../_base_/methods/adaptsegnet_single_vgg16.py'
source, target = 'gta5', 'cityscapes'
