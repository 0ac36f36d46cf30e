# Category-adaptive adaptation before self-training (Wang et al. 2021, Sect. 2.1 and
# 2.3): adversaries on the styles of the first two stages, and on the predictions.
_base_ = [
    '../models/deeplabv2_r101.py',
    '../schedules/adaptsegnet.py',
    '../default_runtime.py',
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),  # lambda_seg 1
        output=dict(
            type='OutputAlignment',
            # "A 16x downsampled confidence probability map" (Sect. 3.2).
            discriminator=dict(type='FullyConvolutionalDiscriminator', last_stride=1),
            loss_weight=0.001,  # lambda_adv_seg
        ),
        style=dict(
            type='StyleGapBridging',
            taps=['backbone.layer1', 'backbone.layer2'],
            discriminator=dict(type='StyleVectorDiscriminator'),
            loss_weight=0.001,  # lambda_style
        ),
    ),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives']),  # all discriminators
    ],
)
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer, critic=_base_.critic_optimizer
)

# "Maxstep = 250,000 and power = 0.9"; "decay_rate = 0.1, decay_steps = 50000" (Sect.
# 3.2), in steps as in BDL's code. That stops after 80,000 iterations.
param_scheduler = dict(
    _delete_=True,
    segmentor=_base_.param_scheduler,
    critic=[dict(type='StepLR', step_size=50000, gamma=0.1, by_epoch=False)],
)
train_cfg = dict(max_iters=80000)
demo = '../demo/category_adaptive.py'
