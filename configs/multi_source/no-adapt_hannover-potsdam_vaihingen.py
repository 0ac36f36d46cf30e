# Two cities together, without adaptation to the third.
_base_ = [
    '../_base_/methods/multi_source_no_adapt.py', '../_base_/datasets/multi_city.py'
]
train_dataloader = dict(
    dataset=dict(source=_base_.sources_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
model = dict(
    segmentor=dict(
        decode_head=dict(num_classes=6), auxiliary_head=dict(num_classes=6)))
