# BDL's rounds of self-training: the surer half of each class, each round from the
# source model. A leaf names the model of the first round.
_base_ = './bdl.py'
adaptor = dict(objectives=dict(pseudo_labels=dict(type='PseudoLabelSupervision')))
pseudo_labels = dict(strategy='class_median', cap=0.9)
rounds = 2
train_cfg = dict(max_iters=120000)  # the released code: --num-steps-stop
