# LSD without auxiliary loss (Table 4): any pair of cities.
_base_ = '../_base_/methods/lsd_fcn8s.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(objectives=dict(alignment=dict(alpha=0.0)))
demo = '../_base_/demo/lsd_no_auxiliary.py'
