# FCNs in the wild: a global adversary on the last features (Sect. 3.2), and classes of
# the sizes that they have on the source (Sect. 3.3). Network, optimizer and schedule
# are AdaptSegNet's, the weights are ours.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        size=dict(type='SizeConstraint', num_classes=19, loss_weight=0.1),
        alignment=dict(
            type='FeatureAlignment',
            tap='backbone.layer4',
            discriminator=dict(type='PixelwiseDiscriminator', in_channels=2048),
            loss_weight=0.001)),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=['segmentor.backbone']),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer,
    critic=_base_.critic_optimizer,
    align=_base_.segmentor_optimizer)
demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        objectives=dict(
            size=dict(loss_weight=1.0),
            alignment=dict(
                loss_weight=0.1,
                discriminator=dict(in_channels=256, channels=(64, 32))))))
