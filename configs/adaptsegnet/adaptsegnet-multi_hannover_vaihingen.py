# AdaptSegNet at two levels: any pair of cities.
_base_ = [
    '../_base_/methods/adaptsegnet_multi.py',
    '../_base_/datasets/city_pair.py',
]
source_model = 'source-only_hannover_vaihingen.py'
train_dataloader = dict(
    dataset=dict(
        source=_base_.source_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
model = dict(
    segmentor=dict(
        decode_head=dict(num_classes=6),
        auxiliary_head=dict(num_classes=6)),
    objectives=dict(
        output=dict(discriminator=dict(in_channels=6)),
        feature=dict(discriminator=dict(in_channels=6))))
