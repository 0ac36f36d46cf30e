# Maximum squares: GTA5 to Cityscapes.
_base_ = '../_base_/methods/maximum_squares.py'
source, target = 'gta5', 'cityscapes'
