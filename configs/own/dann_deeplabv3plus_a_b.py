# DeepLabv3+ on MobileNetV2: DANN.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
