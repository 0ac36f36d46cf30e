# U-Net: maximum squares.
_base_ = ['../_base_/networks/unet.py', '../_base_/own/maximum_squares.py']
source_model = './source-only_unet_a_b.py'
optim_wrapper = _base_.from_scratch
