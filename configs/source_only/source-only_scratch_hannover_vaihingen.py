# DeepLabv3+ with MobileNetV2 on the source, from random weights, by our recipe.
_base_ = [
    '../_base_/models/deeplabv3plus_mobilenetv2.py', '../_base_/recipes/scratch.py',
    '../_base_/default_runtime.py'
]
model = _base_.from_scratch
source, target = 'hannover', 'vaihingen'
source_augmentation = _base_.aerial_augmentation
