# Control: LSD with alpha and beta 0. G and D learn, F and C see the source alone.
_base_ = '../_base_/methods/lsd_fcn8s.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(objectives=dict(alignment=dict(alpha=0.0, beta=0.0)))
demo = '../_base_/demo/lsd_control.py'
