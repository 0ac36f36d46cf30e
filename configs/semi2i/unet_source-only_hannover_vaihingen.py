# Row "U-net" of Table 1: trained on the source alone. All other rows go on from it.
_base_ = [
    '../_base_/models/unet.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/semi2i.py',
]
train_dataloader = dict(
    sampler=dict(type='SourceSampler'), dataset=dict(source=_base_.source_train))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
