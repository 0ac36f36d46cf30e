_base_ = './adapted.py'
adaptor = dict(objectives=dict(distribution=dict(loss_weight=1.0)))
