# Class-balanced self-training, two rounds, each from the weights of the one before.
_base_ = './adapted.py'
adaptor = dict(
    objectives=dict(
        supervision=_base_.supervised,
        pseudo_labels=dict(type='PseudoLabelSupervision'),
    ),
    phases=[dict(name='segmentor', updates=['segmentor'])],
)
optim_wrapper = dict(segmentor=_base_.segmentor)
pseudo_labels = dict(
    strategy='class_balanced', portion=[0.20, 0.25], weights='continue'
)
rounds = 2
