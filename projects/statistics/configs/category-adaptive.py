# Category-adaptive pseudo labels, two rounds on from style gap bridging.
_base_ = './style.py'
ssl = dict(type='PseudoLabelSupervision', mean='all')
adaptor = dict(objectives=dict(pseudo_labels=ssl))
pseudo_labels = dict(
    config='./style.py', strategy='category_adaptive', delta=0.0, weights='continue'
)
rounds = 2
