_base_ = './adapted.py'
adaptor = dict(objectives=dict(squares=dict(loss_weight=2.0)))
