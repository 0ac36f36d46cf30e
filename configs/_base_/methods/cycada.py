# CyCADA's feature part: the source model is trained on; an adversary on class scores
# moves the target, as long as the discriminator can tell it (the released code).
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

warm_start = True
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        alignment=dict(
            type='GatedAlignment',
            tap='decode_head.conv_seg',
            discriminator=dict(
                type='PixelwiseDiscriminator', in_channels=19, channels=(512, 256)),
            min_accuracy=60.0,
            window=100,
            loss_weight=0.1)),  # lambda_g
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=['segmentor']),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
sgd = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-5, momentum=0.99, weight_decay=5e-4))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', segmentor=sgd, critic=sgd, align=sgd)
train_cfg = dict(max_iters=100000)
param_scheduler = []  # the learning rate is constant
demo = dict(
    model=dict(segmentor=_base_.demo_segmentor),
    optim_wrapper=dict(
        segmentor=dict(optimizer=dict(lr=2e-4)),
        critic=dict(optimizer=dict(lr=2e-4)),
        align=dict(optimizer=dict(lr=2e-4))))
