# BDL with two rounds of self-training, its M_2: any pair of cities.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'hannover', 'vaihingen'
translator = '../cyclegan/cyclegan_hannover_vaihingen.py'
pseudo_labels = dict(config='bdl-adapted_hannover_vaihingen.py')
