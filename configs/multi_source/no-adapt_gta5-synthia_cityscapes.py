# Both sources, no adaptation, at full resolution:
# GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = [
    '../_base_/methods/multi_source_no_adapt.py',
    '../_base_/datasets/street_full.py',
]
source = 'gta5-synthia'
target = 'cityscapes'
train_dataloader = dict(
    dataset=dict(
        source=[_base_.street_train.gta5, _base_.street_train.synthia],
        target=_base_.street_train_unlabelled.cityscapes))
val_dataloader = dict(dataset=_base_.street_val.cityscapes)
test_dataloader = dict(dataset=_base_.street_val.cityscapes)
