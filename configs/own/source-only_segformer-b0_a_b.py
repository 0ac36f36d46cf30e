# SegFormer-B0: the source alone.
_base_ = ['../_base_/networks/segformer_b0.py', '../_base_/own/source_only.py']
