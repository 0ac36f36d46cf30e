# The source model: our recipe, augmented as suits streets and scenes alike.
_base_ = 'mmuda::source_only/source-only_scratch_hannover_vaihingen.py'
source_augmentation = _base_.street_augmentation
