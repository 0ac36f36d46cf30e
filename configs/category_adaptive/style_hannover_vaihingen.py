# With style gap bridging, "original + adv" of Table 2: any pair of cities.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'hannover', 'vaihingen'
