# SegFormer-B0: AdaptSegNet.
_base_ = ['../_base_/networks/segformer_b0.py', '../_base_/own/adaptsegnet.py']
