# A quarter of the width, trained from scratch, for which images must be of unit
# variance, and which Adam alone can do in so short a time.
_base_ = './deeplabv2.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=16, hidden_channels=128),
    decode_head=dict(in_channels=128),
    data_preprocessor=dict(std=[58.395, 57.12, 57.375]))
optim_wrapper = dict(
    _delete_=True, optimizer=dict(_delete_=True, type='Adam', lr=5e-4))
