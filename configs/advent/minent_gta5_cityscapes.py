# ADVENT, direct entropy minimisation: GTA5 to Cityscapes.
_base_ = '../_base_/methods/minent.py'
source, target = 'gta5', 'cityscapes'
