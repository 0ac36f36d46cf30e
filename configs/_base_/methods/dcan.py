# DCAN's alignment of channel statistics in the segmentation network, as a loss on the
# four stages. Network, optimizer and schedule are AdaptSegNet's, the weight is ours.
_base_ = ['../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py']

model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        style=dict(
            type='StyleAlignment',
            taps=[
                'backbone.layer1', 'backbone.layer2', 'backbone.layer3',
                'backbone.layer4'
            ],
            loss_weight=0.1)),
    phases=[dict(name='segmentor', updates=['segmentor'])])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.segmentor_optimizer)

demo = dict(
    model=dict(
        segmentor=_base_.demo_segmentor, objectives=dict(style=dict(loss_weight=1.0))))
