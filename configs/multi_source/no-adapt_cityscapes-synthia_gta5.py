# Both sources, no adaptation, at full resolution:
# Cityscapes and SYNTHIA to GTA5 (Table 1).
_base_ = [
    '../_base_/methods/multi_source_no_adapt.py',
    '../_base_/datasets/street_full.py',
]
source = 'cityscapes-synthia'
target = 'gta5'
train_dataloader = dict(
    dataset=dict(
        source=[_base_.street_train.cityscapes, _base_.street_train.synthia],
        target=_base_.street_train_unlabelled.gta5))
val_dataloader = dict(dataset=_base_.street_val.gta5)
test_dataloader = dict(dataset=_base_.street_val.gta5)
