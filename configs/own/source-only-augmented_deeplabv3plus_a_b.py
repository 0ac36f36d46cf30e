# DeepLabv3+ on MobileNetV2: the source alone, its colours strongly augmented.
_base_ = './source-only_deeplabv3plus_a_b.py'
source_augmentation = [*_base_.source_augmentation, dict(type='SourceAugmentation')]
