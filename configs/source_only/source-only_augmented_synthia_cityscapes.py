# DeepLabV2 on the source alone, strongly augmented: what adaptation has to beat, beside
# configs/adaptsegnet/source-only_synthia_cityscapes.py, which is the same without.
_base_ = '../_base_/methods/deeplabv2_source_only.py'
source, target = 'synthia', 'cityscapes'
source_augmentation = [dict(type='SourceAugmentation', strength=1.0)]
