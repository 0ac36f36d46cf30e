# Batch nuclear-norm maximisation on the network and schedule of AdaptSegNet.
_base_ = [
    '../_base_/models/deeplabv2_r101.py', '../_base_/schedules/adaptsegnet.py',
    '../_base_/default_runtime.py'
]
source, target = 'hannover', 'vaihingen'
source_model = '../adaptsegnet/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        nuclear_norm=dict(
            type='NuclearNormMaximization', loss_weight=1.0)),  # lambda, Sect. 4.1
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)
demo = '../_base_/demo/adapted.py'
