# UPerNet on ConvNeXt-T: maximum squares.
_base_ = ['../_base_/networks/upernet_convnext.py', '../_base_/own/maximum_squares.py']
source_model = './source-only_upernet-convnext_a_b.py'
