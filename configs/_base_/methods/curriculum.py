# Curriculum adaptation's loss of global label distributions. Network, optimizer and
# schedule are AdaptSegNet's, the weight is that of the released code, memory and
# neighbours are ours.
_base_ = [
    '../models/deeplabv2_r101.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]
source_model = '../../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        distribution=dict(
            type='LabelDistribution',
            feature_tap='backbone.layer4',
            memory=512,
            neighbours=7,
            loss_weight=0.1)),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)
demo = '../demo/curriculum.py'
