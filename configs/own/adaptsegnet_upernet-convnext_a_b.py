# UPerNet on ConvNeXt-T: AdaptSegNet.
_base_ = ['../_base_/networks/upernet_convnext.py', '../_base_/own/adaptsegnet.py']
source_model = './source-only_upernet-convnext_a_b.py'
