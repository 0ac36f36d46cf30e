# UPerNet on ConvNeXt-T: AdaptSegNet.
_base_ = ['../_base_/networks/upernet_convnext.py', '../_base_/own/adaptsegnet.py']
