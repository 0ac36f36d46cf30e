# Multi-source adaptation at half the resolution:
# GTA5 and SYNTHIA to Cityscapes (Table 1).
_base_ = [
    '../_base_/methods/multi_source.py',
    '../_base_/datasets/street_half.py',
]
source = 'gta5-synthia'
target = 'cityscapes'
train_dataloader = dict(
    dataset=dict(
        source=[_base_.street_train.gta5, _base_.street_train.synthia],
        target=_base_.street_train_unlabelled.cityscapes))
val_dataloader = dict(dataset=_base_.street_val.cityscapes)
test_dataloader = dict(dataset=_base_.street_val.cityscapes)
# Each dataset keeps its own classes (Sect. 4.1): this branch has 16 of the 19.
branch = dict(s2=dict(classes=_base_.street_classes.synthia))
model = dict(
    segmentor=dict(
        decode_head=dict(branches=branch), auxiliary_head=dict(branches=branch)),
    objectives=dict(
        output_s2=dict(discriminator=dict(in_channels=16)),
        feature_s2=dict(discriminator=dict(in_channels=16))))
