# UPerNet on Swin-T: the source alone.
_base_ = ['../_base_/networks/upernet_swin.py', '../_base_/own/source_only.py']
