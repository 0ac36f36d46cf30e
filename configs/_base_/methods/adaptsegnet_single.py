# AdaptSegNet at one level: the classifier on conv5.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='OutputAlignment',
            discriminator=dict(type='FullyConvolutionalDiscriminator', in_channels=19),
            loss_weight=0.001)),  # lambda_adv, Sect. 4.4
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer,
    critic=_base_.critic_optimizer)

demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        # Weight times sum of learning rates: as in the published schedule.
        objectives=dict(
            output=dict(loss_weight=0.1, discriminator=dict(channels=16)))))
