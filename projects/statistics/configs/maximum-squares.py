# Maximum squares.
_base_ = './adapted.py'
adaptor = dict(
    objectives=dict(
        supervision=_base_.supervised,
        squares=dict(type='MaximumSquares', loss_weight=1.0),
    ),
    phases=[dict(name='segmentor', updates=['segmentor'])],
)
optim_wrapper = dict(segmentor=_base_.segmentor)
