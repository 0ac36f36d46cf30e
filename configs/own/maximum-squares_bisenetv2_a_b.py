# BiSeNetV2: maximum squares.
_base_ = ['../_base_/networks/bisenetv2.py', '../_base_/own/maximum_squares.py']
source_model = './source-only_bisenetv2_a_b.py'
optim_wrapper = _base_.from_scratch
