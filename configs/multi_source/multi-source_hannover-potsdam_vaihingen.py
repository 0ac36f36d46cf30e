# Multi-source adaptation: two cities to a third (`--source a-b --target c`).
_base_ = ['../_base_/methods/multi_source.py', '../_base_/datasets/multi_city.py']
train_dataloader = dict(
    dataset=dict(source=_base_.sources_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
# All cities have the six classes of ISPRS.
model = dict(
    segmentor=dict(
        decode_head=dict(num_classes=6), auxiliary_head=dict(num_classes=6)),
    objectives={
        name: dict(discriminator=dict(in_channels=6))
        for name in _base_.model.objectives if name != 'supervision'
    })
