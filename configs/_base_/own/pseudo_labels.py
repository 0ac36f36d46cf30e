# Pseudo labels of the target on one's own data, on from the config's `source_model`,
# which makes them. To distil a pool, `mmuda adapt` gives those of its average as
# pseudo_labels.folder.
_base_ = './source_only.py'
warm_start = True
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        pseudo_labels=dict(type='PseudoLabelSupervision')),
    phases=[dict(name='segmentor', updates=['segmentor'])])
# The surer two thirds of what each class is predicted for.
pseudo_labels = dict(strategy='class_balanced', portion=0.66)
optim_wrapper = dict(_delete_=True, segmentor=_base_.segmentor_optimizer)
from_scratch = dict(_delete_=True, segmentor=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
