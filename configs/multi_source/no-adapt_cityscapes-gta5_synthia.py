# Both sources, no adaptation, at full resolution:
# Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = [
    '../_base_/methods/multi_source_no_adapt.py',
    '../_base_/datasets/street_full.py',
]
source = 'cityscapes-gta5'
target = 'synthia'
train_dataloader = dict(
    dataset=dict(
        source=[_base_.street_train.cityscapes, _base_.street_train.gta5],
        target=_base_.street_train_unlabelled.synthia))
val_dataloader = dict(dataset=_base_.street_val.synthia)
test_dataloader = dict(dataset=_base_.street_val.synthia)
