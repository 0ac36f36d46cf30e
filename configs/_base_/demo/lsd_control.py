_base_ = './lsd.py'
adaptor = dict(objectives=dict(alignment=dict(alpha=0.0, beta=0.0)))
