# ORACLE: FCN-8s trained with the labels of the target, an upper end (Table 2b).
_base_ = './source-only_gta5_cityscapes.py'
trains_on = 'target'
