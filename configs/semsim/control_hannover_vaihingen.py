# Control: DANN's schedule with an adaptation weight of 0. Images of the target pass for
# the statistics of batch normalisation: what DANN gains beyond this row is its own.
_base_ = './dann-random_hannover_vaihingen.py'
adaptor = dict(objectives=dict(alignment=dict(loss_weight=0.0)))
