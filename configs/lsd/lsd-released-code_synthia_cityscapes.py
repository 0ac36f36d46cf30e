# LSD as the released code differs from the paper: SYNTHIA to Cityscapes, 19 outputs.
_base_ = '../_base_/methods/lsd_released_code.py'
source, target = 'synthia', 'cityscapes'
