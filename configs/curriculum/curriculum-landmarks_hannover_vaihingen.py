# Curriculum adaptation with landmark superpixels: any pair of cities.
_base_ = '../_base_/methods/curriculum_landmarks.py'
source, target = 'hannover', 'vaihingen'
