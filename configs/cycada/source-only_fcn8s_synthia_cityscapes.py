# FCN-8s trained on the source, where CyCADA starts from: SYNTHIA to Cityscapes.
_base_ = [
    '../adaptsegnet/source-only_synthia_cityscapes.py',
    '../_base_/models/fcn8s_vgg16.py',
    '../_base_/datasets/street_crops.py',
]
model = dict(
    _base_.fcn8s_vgg16, data_preprocessor=_base_.fcn8s_vgg16_normalisation)
# Batch, iterations and optimizer: train_fcn.sh of the released code.
train_dataloader = dict(
    batch_size=2, dataset=dict(source=dict(pipeline=_base_.street_crops_train)))
val_dataloader = dict(dataset=dict(pipeline=_base_.street_crops_val))
test_dataloader = val_dataloader
train_cfg = dict(max_iters=100000)
param_scheduler = []
optim_wrapper = dict(optimizer=dict(lr=1e-3, momentum=0.99), paramwise_cfg=None)
demo = dict(
    model=_base_.fcn8s_vgg16_demo,
    train_dataloader=dict(batch_size=4),
    optim_wrapper=dict(_base_.fcn8s_vgg16_demo_optimizer, _delete_=True))
