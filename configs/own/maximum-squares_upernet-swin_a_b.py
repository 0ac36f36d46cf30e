# UPerNet on Swin-T: maximum squares.
_base_ = ['../_base_/networks/upernet_swin.py', '../_base_/own/maximum_squares.py']
source_model = './source-only_upernet-swin_a_b.py'
