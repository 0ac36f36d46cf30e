# Multi-source adaptation at half the resolution:
# Cityscapes and GTA5 to SYNTHIA (Table 1).
_base_ = [
    '../_base_/methods/multi_source.py',
    '../_base_/datasets/street_half.py',
]
source = 'cityscapes-gta5'
target = 'synthia'
train_dataloader = dict(
    dataset=dict(
        source=[_base_.street_train.cityscapes, _base_.street_train.gta5],
        target=_base_.street_train_unlabelled.synthia))
val_dataloader = dict(dataset=_base_.street_val.synthia)
test_dataloader = dict(dataset=_base_.street_val.synthia)
