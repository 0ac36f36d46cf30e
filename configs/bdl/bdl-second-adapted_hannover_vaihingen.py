# BDL's second turn before self-training: any pair of cities.
_base_ = '../_base_/methods/bdl.py'
source, target = 'hannover', 'vaihingen'
translator = 'cyclegan-perceptual_hannover_vaihingen.py'
