# Two cities in one branch (S-All), adapted to the third.
_base_ = [
    '../_base_/methods/multi_source_all.py', '../_base_/datasets/multi_city.py'
]
train_dataloader = dict(
    dataset=dict(source=_base_.sources_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
model = dict(
    segmentor=dict(
        decode_head=dict(num_classes=6), auxiliary_head=dict(num_classes=6)),
    objectives=dict(
        output_all=dict(discriminator=dict(in_channels=6)),
        feature_all=dict(discriminator=dict(in_channels=6))))
