# Mask2Former on Swin-T: the source alone.
_base_ = ['../_base_/networks/mask2former.py', '../_base_/own/source_only.py']
optim_wrapper = _base_.published
