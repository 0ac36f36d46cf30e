# Row "Gray world" of Table 1.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colour_transfer/gray-world_hannover_vaihingen.py'
