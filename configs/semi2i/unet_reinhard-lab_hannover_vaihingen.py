# Not in the paper: mean and deviation in the l-alpha-beta space.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colour_transfer/reinhard-lab_hannover_vaihingen.py'
