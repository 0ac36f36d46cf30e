# FCN-8s trained on the source, where CyCADA starts from: any pair of cities.
_base_ = [
    '../adaptsegnet/source-only_hannover_vaihingen.py',
    '../_base_/models/fcn8s_vgg16.py',
]
model = dict(
    _base_.fcn8s_vgg16,
    data_preprocessor=_base_.fcn8s_vgg16_normalisation,
    decode_head=dict(_base_.fcn8s_vgg16.decode_head, num_classes=6))
# Batch, iterations and optimizer: train_fcn.sh of the released code.
train_dataloader = dict(batch_size=2)
train_cfg = dict(max_iters=100000)
param_scheduler = []
optim_wrapper = dict(optimizer=dict(lr=1e-3, momentum=0.99), paramwise_cfg=None)
demo = dict(
    model=_base_.fcn8s_vgg16_demo,
    train_dataloader=dict(batch_size=4),
    optim_wrapper=dict(_base_.fcn8s_vgg16_demo_optimizer, _delete_=True))
