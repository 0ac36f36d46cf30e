# CyCADA's feature part: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/cycada.py'
source, target = 'synthia', 'cityscapes'
