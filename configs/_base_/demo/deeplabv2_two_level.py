_base_ = './deeplabv2.py'
model = dict(auxiliary_head=dict(in_channels=128))
