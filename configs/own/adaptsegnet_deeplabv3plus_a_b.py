# DeepLabv3+ on MobileNetV2: AdaptSegNet.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/adaptsegnet.py']
