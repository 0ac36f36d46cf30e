# DeepLabv3+ on MobileNetV2: DACS.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/dacs.py']
source_model = './source-only_deeplabv3plus_a_b.py'
