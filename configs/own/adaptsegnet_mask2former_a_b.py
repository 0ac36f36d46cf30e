# Mask2Former on Swin-T: AdaptSegNet.
_base_ = ['../_base_/networks/mask2former.py', '../_base_/own/adaptsegnet.py']
source_model = './source-only_mask2former_a_b.py'
optim_wrapper = dict(segmentor=_base_.published)
