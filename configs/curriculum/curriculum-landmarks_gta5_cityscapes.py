# Curriculum adaptation with landmark superpixels: GTA5 to Cityscapes.
_base_ = '../_base_/methods/curriculum_landmarks.py'
source, target = 'gta5', 'cityscapes'
