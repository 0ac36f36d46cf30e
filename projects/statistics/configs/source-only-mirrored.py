# The recipe without its photometric distortion.
_base_ = './source-only.py'
source_augmentation = [dict(type='RandomFlip', prob=0.5)]
