# Maximum squares on one's own data: goes on from the config's `source_model`.
_base_ = './source_only.py'
warm_start = True
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        squares=dict(type='MaximumSquares', loss_weight=0.1)),  # lambda_T
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(_delete_=True, segmentor=_base_.segmentor_optimizer)
from_scratch = dict(_delete_=True, segmentor=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
