# U-Net: AdaptSegNet.
_base_ = ['../_base_/networks/unet.py', '../_base_/own/adaptsegnet.py']
optim_wrapper = _base_.from_scratch
source_model = './source-only_unet_a_b.py'
