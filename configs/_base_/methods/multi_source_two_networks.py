# Multi-source adaptation as Sect. 3 tells it: "We also repeated the whole training
# considering a single source branch that sees all the images together". S-All is a
# network of its own, the one of `multi_source_all.py`; it is trained in the same run,
# and merged with the branches of the other (Eq. 6).
_base_ = './multi_source.py'
model = dict(
    backbone=dict(
        _delete_=True, type='ParallelBackbones', backbone=_base_.model.backbone))
# conv5 and conv4 of the second backbone.
for_all_sources = dict(
    model=dict(
        decode_head=dict(branches=dict(all=dict(in_index=7))),
        auxiliary_head=dict(branches=dict(all=dict(in_index=6)))))
demo = '../demo/multi_source_two_networks.py'
