# The whole of BDL, its second turn with self-training: any pair of cities.
_base_ = '../_base_/methods/bdl_ssl.py'
source, target = 'hannover', 'vaihingen'
translator = 'cyclegan-perceptual_hannover_vaihingen.py'
pseudo_labels = dict(config='bdl-second-adapted_hannover_vaihingen.py')
