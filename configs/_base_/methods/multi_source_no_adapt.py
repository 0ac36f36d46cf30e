# All sources together and no adaptation: column "No Adapt" of Table 1.
_base_ = './multi_source.py'
preprocessor = _base_.for_each_source.adaptor.data_preprocessor
for_each_source = dict(
    _delete_=True, adaptor=dict(data_preprocessor=preprocessor))
# The only branch: the loss is averaged over the sources before it.
branches = dict(branches=dict(all=dict(_delete_=True)))
for_all_sources = dict(
    model=dict(decode_head=branches, auxiliary_head=branches),
    adaptor=dict(objectives=dict(_delete_=True)))
adaptor = dict(phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(_delete_=True, segmentor=_base_.optim_wrapper.segmentor)
demo = '../demo/multi_source_no_adapt.py'
del preprocessor, branches
