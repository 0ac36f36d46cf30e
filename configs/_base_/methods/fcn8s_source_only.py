# FCN-8s trained on the source: where CyCADA starts from.
_base_ = ['./deeplabv2_source_only.py', '../models/fcn8s_vgg16.py']
model = _base_.fcn8s_vgg16
# Batch, iterations and optimizer: train_fcn.sh of the released code.
train_dataloader = dict(batch_size=2)
train_cfg = dict(max_iters=100000)
param_scheduler = []
optim_wrapper = dict(optimizer=dict(lr=1e-3, momentum=0.99), paramwise_cfg=None)
demo = '../demo/fcn8s.py'
