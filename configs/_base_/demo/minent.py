_base_ = './adapted.py'
model = dict(auxiliary_head=dict(in_channels=128))
adaptor = dict(
    objectives=dict(output=dict(loss_weight=0.1), feature=dict(loss_weight=0.02)))
