# UPerNet on Swin-T: DANN.
_base_ = ['../_base_/networks/upernet_swin.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
source_model = './source-only_upernet-swin_a_b.py'
