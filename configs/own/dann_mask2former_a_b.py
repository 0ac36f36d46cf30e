# Mask2Former on Swin-T: DANN.
_base_ = ['../_base_/networks/mask2former.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
source_model = './source-only_mask2former_a_b.py'
optim_wrapper = dict(supervise=_base_.published, align=_base_.published)
