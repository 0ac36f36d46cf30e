# Row "SemI2I (ours)" of Table 1.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = 'semi2i_hannover_vaihingen.py'
