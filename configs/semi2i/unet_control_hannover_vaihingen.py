# No row of Table 1: trained on for as long as the others, on images as they are.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
