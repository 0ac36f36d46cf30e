# The same on streets: crops, mirrored, never upside down.
_base_ = './source-only_scratch_hannover_vaihingen.py'
source, target = 'gta5', 'cityscapes'
source_augmentation = [
    dict(type='RandomCrop', crop_size=(512, 512)), *_base_.street_augmentation
]
