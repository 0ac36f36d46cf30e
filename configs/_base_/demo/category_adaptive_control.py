_base_ = './category_adaptive.py'
adaptor = dict(
    objectives=dict(output=dict(loss_weight=0.0), style=dict(loss_weight=0.0))
)
