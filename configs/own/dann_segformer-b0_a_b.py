# SegFormer-B0: DANN.
_base_ = ['../_base_/networks/segformer_b0.py', '../_base_/own/dann.py']
adaptor = dict(objectives=dict(alignment=dict(tap=_base_.feature_tap)))
source_model = './source-only_segformer-b0_a_b.py'
