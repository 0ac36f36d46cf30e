# An eighth of the width, trained from scratch, which Adam alone can do in so short a
# time.
_base_ = './deeplabv2.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=64, channels=64))
optim_wrapper = dict(
    _delete_=True, optimizer=dict(_delete_=True, type='Adam', lr=5e-4))
