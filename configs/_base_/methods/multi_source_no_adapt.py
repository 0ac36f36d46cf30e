# All sources together and no adaptation: column "No Adapt" of Table 1.
_base_ = './multi_source.py'
model = dict(
    segmentor=dict(
        decode_head=dict(branches=dict(_delete_=True, all=dict())),
        auxiliary_head=dict(branches=dict(_delete_=True, all=dict()))),
    objectives=dict(
        _delete_=True,
        supervision=dict(type='Supervision', phase='segmentor')),
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(
    _delete_=True,
    constructor='PhasedOptimWrapperConstructor',
    segmentor=_base_.optim_wrapper.segmentor)
demo = dict(
    model=dict(_delete_=True, segmentor=_base_.demo.model.segmentor))
