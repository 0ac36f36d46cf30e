# CyCADA's feature part: GTA5 to Cityscapes.
_base_ = '../_base_/methods/cycada.py'
source, target = 'gta5', 'cityscapes'
