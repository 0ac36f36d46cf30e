# Not in the paper: mean and deviation of each band.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colour_transfer/reinhard_hannover_vaihingen.py'
