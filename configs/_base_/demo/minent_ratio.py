_base_ = './minent.py'
adaptor = dict(objectives=dict(ratio=dict(loss_weight=0.1)))
