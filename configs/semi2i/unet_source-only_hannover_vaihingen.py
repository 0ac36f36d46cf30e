# Row "U-net" of Table 1: trained on the source alone. All other rows go on from it.
_base_ = '../_base_/methods/unet_source_only.py'
source, target = 'hannover', 'vaihingen'
