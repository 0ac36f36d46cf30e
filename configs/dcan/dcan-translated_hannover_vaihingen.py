# DCAN, aligned in the image generator and in the network: any pair of cities.
_base_ = '../_base_/methods/dcan.py'
source, target = 'hannover', 'vaihingen'
translator = 'generator_hannover_vaihingen.py'
