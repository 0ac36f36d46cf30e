# Not in the paper: full covariance of the bands.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colour_transfer/zca_hannover_vaihingen.py'
