# U-Net: DANN.
_base_ = ['../_base_/networks/unet.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
optim_wrapper = _base_.from_scratch
source_model = './source-only_unet_a_b.py'
