# On one's own data: the source's labels and pseudo labels of the target, on from the
# config's `source_model`, which labels the target unless the config names another.
_base_ = './source_only.py'
warm_start = True
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        pseudo_labels=dict(type='PseudoLabelSupervision')),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(_delete_=True, segmentor=_base_.segmentor_optimizer)
from_scratch = dict(_delete_=True, segmentor=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
