# BiSeNetV2: AdaptSegNet.
_base_ = ['../_base_/networks/bisenetv2.py', '../_base_/own/adaptsegnet.py']
optim_wrapper = _base_.from_scratch
source_model = './source-only_bisenetv2_a_b.py'
