# ADVENT, MinEnt with the class-ratio prior (Sect. 3.3): GTA5 to Cityscapes.
_base_ = '../_base_/methods/minent_ratio.py'
source, target = 'gta5', 'cityscapes'
