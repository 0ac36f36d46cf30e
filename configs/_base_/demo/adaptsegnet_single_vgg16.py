_base_ = './adaptsegnet_single.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=16, hidden_channels=128),
    decode_head=dict(in_channels=128),
    data_preprocessor=dict(std=[58.395, 57.12, 57.375]))
optim_wrapper = dict(
    _delete_=True,
    segmentor=dict(optimizer=dict(_delete_=True, type='Adam', lr=5e-4)))
