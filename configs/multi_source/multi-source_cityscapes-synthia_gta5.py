# Multi-source adaptation at full resolution: Cityscapes and SYNTHIA to GTA5 (Table 1).
_base_ = [
    '../_base_/methods/multi_source.py',
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
# Each dataset keeps its own classes (Sect. 4.1): this branch has 16 of the 19.
branch = dict(s2=dict(classes=_base_.street_classes.synthia))
model = dict(
    segmentor=dict(
        decode_head=dict(branches=branch), auxiliary_head=dict(branches=branch)),
    objectives=dict(
        output_s2=dict(discriminator=dict(in_channels=16)),
        feature_s2=dict(discriminator=dict(in_channels=16))))
