# Curriculum adaptation with landmark superpixels: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/curriculum_landmarks.py'
source, target = 'synthia', 'cityscapes'
