# DeepLabV2 trained on the source, no adaptation: SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/deeplabv2_source_only.py',
    '../_base_/datasets/synthia_cityscapes.py',
]
train_dataloader = dict(dataset=dict(source=_base_.source_train))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
val_evaluator = _base_.cityscapes_evaluator
test_evaluator = _base_.cityscapes_evaluator
