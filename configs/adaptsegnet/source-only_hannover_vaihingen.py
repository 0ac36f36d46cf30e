# DeepLabV2 trained on the source, no adaptation: any pair of cities.
_base_ = [
    '../_base_/methods/deeplabv2_source_only.py',
    '../_base_/datasets/city_pair.py',
]
train_dataloader = dict(dataset=dict(source=_base_.source_train))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
model = dict(decode_head=dict(num_classes=6))
