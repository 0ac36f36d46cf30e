# LSD on DeepLabv3+: any pair of cities.
_base_ = '../_base_/methods/lsd_deeplabv3plus.py'
source, target = 'hannover', 'vaihingen'
