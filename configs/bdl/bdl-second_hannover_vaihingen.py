# BDL's second turn with two rounds of self-training, the whole method: any pair of cities.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'hannover', 'vaihingen'
translator = 'cyclegan-perceptual_hannover_vaihingen.py'
pseudo_labels = dict(config='bdl-second-adapted_hannover_vaihingen.py')
