# Maximum squares at two levels: GTA5 to Cityscapes.
_base_ = '../_base_/methods/maximum_squares_multi.py'
source, target = 'gta5', 'cityscapes'
