# Batch nuclear-norm maximisation.
_base_ = './maximum-squares.py'
norm = dict(type='NuclearNormMaximization', loss_weight=1.0)
adaptor = dict(objectives=dict(squares=dict(_delete_=True, **norm)))
