_base_ = './adapted.py'
model = dict(auxiliary_head=dict(in_channels=128))
adaptor = dict(
    objectives=dict(squares=dict(loss_weight=1.8), guidance=dict(loss_weight=0.18)))
