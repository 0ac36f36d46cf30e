# Control: AdaptSegNet at one level without its loss. Target images pass through the
# network all the same, and batch normalisation sees them: what a method gains beyond
# this row is its own.
_base_ = './adaptsegnet-single_hannover_vaihingen.py'
model = dict(objectives=dict(output=dict(loss_weight=0.0)))
demo = dict(model=dict(objectives=dict(output=dict(loss_weight=0.0))))
