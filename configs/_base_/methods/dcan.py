# DCAN's alignment of channel statistics in the segmentation network, as a loss on the
# four stages. Network, optimizer and schedule are AdaptSegNet's, the weight is ours.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
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
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)
demo = '../demo/dcan.py'
