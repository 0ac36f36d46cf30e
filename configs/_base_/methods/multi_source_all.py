# S-All by itself: "keeping only S-All we fall back to the single source original
# method" (Sect. 3), AdaptSegNet at two levels on all sources together.
_base_ = './multi_source.py'
preprocessor = _base_.for_each_source.adaptor.data_preprocessor
for_each_source = dict(
    _delete_=True, adaptor=dict(data_preprocessor=preprocessor))
# The only branch: the loss is averaged over the sources before it.
branches = dict(branches=dict(all=dict(_delete_=True)))
for_all_sources = dict(model=dict(decode_head=branches, auxiliary_head=branches))
demo = '../demo/multi_source_all.py'
del preprocessor, branches
