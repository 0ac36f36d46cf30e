# ORACLE: FCN-8s trained with the labels of the target, an upper end (Table 2a).
_base_ = './source-only_synthia_cityscapes.py'
trains_on = 'target'
