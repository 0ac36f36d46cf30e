_base_ = './adapted.py'
adaptor = dict(objectives=dict(style=dict(loss_weight=1.0)))
