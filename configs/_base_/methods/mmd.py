# The maximum mean discrepancy of DAN on the last features of DeepLabV2. DAN is no
# segmentation method: network, optimizer and schedule are AdaptSegNet's, the weight
# is ours.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        mmd=dict(
            type='MMDAlignment',
            tap='backbone.layer4',
            estimate='quadratic',
            num_locations=512,
            loss_weight=0.1)),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)
demo = '../demo/mmd.py'
