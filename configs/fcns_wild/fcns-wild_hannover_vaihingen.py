# FCNs in the wild: any pair of cities.
_base_ = [
    '../_base_/methods/fcns_wild.py',
    '../_base_/datasets/city_pair.py',
]
source_model = '../adaptsegnet/source-only_hannover_vaihingen.py'
train_dataloader = dict(
    dataset=dict(
        source=_base_.source_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
model = dict(
    segmentor=dict(decode_head=dict(num_classes=6)),
    objectives=dict(size=dict(num_classes=6)))
