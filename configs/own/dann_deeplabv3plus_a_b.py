# DeepLabv3+ on MobileNetV2: DANN.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
source_model = './source-only_deeplabv3plus_a_b.py'
