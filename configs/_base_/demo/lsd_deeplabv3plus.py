_base_ = './lsd.py'
model = dict(
    _delete_=True,
    backbone=dict(widen_factor=0.5),
    decode_head=dict(in_channels=160, c1_in_channels=16, channels=64))
