# DeepLabv3+ on MobileNetV2: the source alone.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/source_only.py']
demo = '../_base_/demo/own_deeplabv3plus.py'
