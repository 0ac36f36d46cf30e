# SegFormer-B0: AdaptSegNet.
_base_ = ['../_base_/networks/segformer_b0.py', '../_base_/own/adaptsegnet.py']
source_model = './source-only_segformer-b0_a_b.py'
