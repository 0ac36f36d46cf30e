# DeepLabv3+ on MobileNetV2.
_base_ = '../models/deeplabv3plus_mobilenetv2.py'
feature_tap = 'decode_head.bottleneck'  # what combines the branches of ASPP
