# BDL before self-training, its M_0: any pair of cities.
_base_ = '../_base_/methods/bdl.py'
source, target = 'hannover', 'vaihingen'
translator = '../cyclegan/cyclegan_hannover_vaihingen.py'
