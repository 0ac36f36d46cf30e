_base_ = './adaptsegnet_single.py'
adaptor = dict(objectives=dict(output=dict(loss_weight=0.0)))
