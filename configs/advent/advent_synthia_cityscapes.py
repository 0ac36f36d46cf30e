# ADVENT, adversarial entropy minimisation: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/advent.py'
source, target = 'synthia', 'cityscapes'
