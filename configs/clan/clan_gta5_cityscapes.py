# CLAN: GTA5 to Cityscapes.
_base_ = '../_base_/methods/clan.py'
source, target = 'gta5', 'cityscapes'
