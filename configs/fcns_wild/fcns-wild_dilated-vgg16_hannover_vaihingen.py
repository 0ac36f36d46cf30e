# FCNs in the wild on dilated VGG16: any pair of cities.
_base_ = '../_base_/methods/fcns_wild_dilated.py'
source, target = 'hannover', 'vaihingen'
