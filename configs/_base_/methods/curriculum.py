# Curriculum adaptation's loss of global label distributions. Network, optimizer and
# schedule are AdaptSegNet's, the weight is that of the released code, memory and
# neighbours are ours.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        distribution=dict(
            type='LabelDistribution',
            num_classes=19,
            feature_tap='backbone.layer4',
            feature_channels=2048,
            memory=512,
            neighbours=7,
            loss_weight=0.1)),
    phases=[dict(name='segmentor', updates=['segmentor'])])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer)

demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor,
        objectives=dict(distribution=dict(feature_channels=256, loss_weight=1.0))))
