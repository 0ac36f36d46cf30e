# DACS on UPerNet-Swin, with the schedule of DAFormer.
_base_ = [
    '../models/upernet_swin.py', '../schedules/daformer.py', '../default_runtime.py'
]
source_model = '../../dacs/source-only_upernet-swin_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        teacher=dict(type='MeanTeacher'),
        mix=dict(type='ClassMix')),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)
demo = '../demo/dacs_upernet_swin.py'
