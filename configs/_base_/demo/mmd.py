_base_ = './adapted.py'
adaptor = dict(objectives=dict(mmd=dict(loss_weight=1.0)))
