# UPerNet on Swin-T: AdaptSegNet.
_base_ = ['../_base_/networks/upernet_swin.py', '../_base_/own/adaptsegnet.py']
source_model = './source-only_upernet-swin_a_b.py'
