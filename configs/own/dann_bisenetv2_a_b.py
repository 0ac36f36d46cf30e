# BiSeNetV2: DANN.
_base_ = ['../_base_/networks/bisenetv2.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
optim_wrapper = _base_.from_scratch
source_model = './source-only_bisenetv2_a_b.py'
