# Curriculum adaptation's label distributions: GTA5 to Cityscapes.
_base_ = '../_base_/methods/curriculum.py'
source, target = 'gta5', 'cityscapes'
