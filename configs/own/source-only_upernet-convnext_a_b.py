# UPerNet on ConvNeXt-T: the source alone.
_base_ = ['../_base_/networks/upernet_convnext.py', '../_base_/own/source_only.py']
