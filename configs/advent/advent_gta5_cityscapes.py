# ADVENT, adversarial entropy minimisation: GTA5 to Cityscapes.
_base_ = '../_base_/methods/advent.py'
source, target = 'gta5', 'cityscapes'
