# DeepLabv3+ on MobileNetV2: what a pool of models says together, in one.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/pseudo_labels.py']
source_model = './source-only_deeplabv3plus_a_b.py'
