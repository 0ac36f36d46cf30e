# ADVENT, adversarial entropy minimisation: SYNTHIA to Cityscapes.
_base_ = [
    '../_base_/methods/advent.py',
    '../_base_/datasets/synthia_cityscapes.py',
]
source_model = '../adaptsegnet/source-only_synthia_cityscapes.py'
train_dataloader = dict(
    dataset=dict(
        source=_base_.source_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
val_evaluator = _base_.cityscapes_evaluator
test_evaluator = _base_.cityscapes_evaluator
