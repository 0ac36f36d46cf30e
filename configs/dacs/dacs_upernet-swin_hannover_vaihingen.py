# DACS on UPerNet-Swin: any pair of cities.
_base_ = '../_base_/methods/dacs_upernet_swin.py'
source, target = 'hannover', 'vaihingen'
