# DeepLabv3+ on MobileNetV2: the source in the target's colours, by whitening (ZCA).
_base_ = './source-only_deeplabv3plus_a_b.py'
translator = '../colour_transfer/zca_hannover_vaihingen.py'
