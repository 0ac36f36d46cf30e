# AdaptSegNet at one level: GTA5 to Cityscapes.
_base_ = [
    '../_base_/methods/adaptsegnet_single.py',
    '../_base_/datasets/gta5_cityscapes.py',
]
source_model = 'source-only_gta5_cityscapes.py'
train_dataloader = dict(
    dataset=dict(
        source=_base_.source_train, target=_base_.target_train_unlabelled))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
