# Row "DRIT" of Table 1.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../drit/drit_hannover_vaihingen.py'
