# Feature-space discriminator (Table 4): any pair of cities.
_base_ = '../_base_/methods/lsd_feature_space.py'
source, target = 'hannover', 'vaihingen'
