# Rounds of self-training on category-adaptive pseudo labels (Sect. 2.2 and Eq. 6), from
# the weights of the round before. A leaf names the model of the first round.
_base_ = './category_adaptive.py'
adaptor = dict(
    objectives=dict(pseudo_labels=dict(type='PseudoLabelSupervision', mean='all'))
)
pseudo_labels = dict(
    strategy='category_adaptive',
    delta=0.0,  # not given in the paper
    weights='continue',
)
rounds = 2  # "Two rounds of SSL" (Sect. 3.2)
train_cfg = dict(max_iters=120000)  # BDL's code with self-training
