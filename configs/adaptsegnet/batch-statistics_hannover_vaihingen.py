# Control: AdaptSegNet at one level without its loss. Target images pass through the
# network all the same, and batch normalisation sees them: what a method gains beyond
# this row is its own.
_base_ = '../_base_/methods/adaptsegnet_single.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(objectives=dict(output=dict(loss_weight=0.0)))
demo = '../_base_/demo/batch_statistics.py'
