# CyCADA's feature part: the source model is trained on; an adversary on class scores
# moves the target, as long as the discriminator can tell it (the released code).
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'
warm_start = True

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        alignment=dict(
            type='GatedAlignment',
            tap='decode_head.conv_seg',
            discriminator=dict(type='PixelwiseDiscriminator', channels=(512, 256)),
            min_accuracy=60.0,
            window=100,
            loss_weight=0.1)),  # lambda_g
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=['segmentor']),
    ])
sgd = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-5, momentum=0.99, weight_decay=5e-4))
optim_wrapper = dict(segmentor=sgd, critic=sgd, align=sgd)
train_cfg = dict(max_iters=100000)
param_scheduler = []  # the learning rate is constant
demo = '../demo/cycada.py'
