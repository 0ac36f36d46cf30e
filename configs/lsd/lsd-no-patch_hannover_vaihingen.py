# LSD without patch discriminator (Table 4): any pair of cities.
_base_ = '../_base_/methods/lsd_fcn8s.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(objectives=dict(alignment=dict(discriminator=dict(patches=False))))
