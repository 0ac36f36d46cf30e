# BDL's segmentation network before self-training (Li et al. 2019): the output-space
# adversary of AdaptSegNet on translated source images, from a source model.
_base_ = [
    '../models/deeplabv2_r101.py',
    '../schedules/adaptsegnet.py',
    '../default_runtime.py',
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'
warm_start = True

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='OutputAlignment',
            discriminator=dict(type='FullyConvolutionalDiscriminator'),
            loss_weight=0.001,  # lambda_adv
        ),
    ),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ],
)
optim_wrapper = dict(
    segmentor=_base_.segmentor_optimizer, critic=_base_.critic_optimizer
)
train_cfg = dict(max_iters=80000)  # the released code: --num-steps-stop
demo = '../demo/adaptsegnet_single.py'
