# U-Net: the source alone.
_base_ = ['../_base_/networks/unet.py', '../_base_/own/source_only.py']
optim_wrapper = _base_.from_scratch
