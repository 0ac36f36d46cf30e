# Entropy minimisation (ADVENT's MinEnt) at one level.
_base_ = './maximum-squares.py'
entropy = dict(type='EntropyMinimization', loss_weight=0.1)
adaptor = dict(objectives=dict(squares=dict(_delete_=True, **entropy)))
