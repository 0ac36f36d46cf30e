# DeepLabv3+ on MobileNetV2: class-balanced self-training.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/cbst.py']
source_model = './source-only_deeplabv3plus_a_b.py'
