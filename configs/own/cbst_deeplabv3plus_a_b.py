# DeepLabv3+ on MobileNetV2: class-balanced self-training, two rounds.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/pseudo_labels.py']
source_model = './source-only_deeplabv3plus_a_b.py'
pseudo_labels = dict(portion=[0.20, 0.25], weights='continue')
rounds = 2
