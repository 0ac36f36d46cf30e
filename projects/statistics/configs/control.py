# Control: trained on with nothing that adapts; target images pass through all the same.
_base_ = './adaptsegnet.py'
adaptor = dict(objectives=dict(output=dict(loss_weight=0.0)))
