_base_ = './fcns_wild.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=64, channels=64))
