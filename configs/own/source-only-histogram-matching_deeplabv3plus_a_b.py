# DeepLabv3+ on MobileNetV2: the source in the target's colours, by histogram matching.
_base_ = './source-only_deeplabv3plus_a_b.py'
translator = '../colour_transfer/histogram-matching_hannover_vaihingen.py'
