# The style's mean and deviation by MSE in place of an adversary.
_base_ = './style.py'
style = dict(
    _delete_=True,
    type='StyleAlignment',
    style='moments',
    taps=_base_.taps,
    loss_weight=0.1,
)
adaptor = dict(objectives=dict(style=style))
