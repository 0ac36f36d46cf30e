# UPerNet on Swin-T: DANN.
_base_ = ['../_base_/networks/upernet_swin.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
