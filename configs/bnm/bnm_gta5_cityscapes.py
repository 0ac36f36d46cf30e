# Batch nuclear-norm maximisation: GTA5 to Cityscapes.
_base_ = './bnm_hannover_vaihingen.py'
source, target = 'gta5', 'cityscapes'
