# DeepLabV2 with a second classifier, no adaptation: any pair of cities.
_base_ = '../_base_/methods/deeplabv2_source_only_two_level.py'
source, target = 'hannover', 'vaihingen'
