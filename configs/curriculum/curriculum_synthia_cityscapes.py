# Curriculum adaptation's label distributions: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/curriculum.py'
source, target = 'synthia', 'cityscapes'
