# From random weights: no config trains its source model.
_base_ = './lsd.py'
model = dict(
    _delete_=True,
    backbone=dict(embed_dims=16, num_layers=(1, 1, 1, 1)),
    decode_head=dict(in_channels=[16, 32, 80, 128], channels=64))
warm_start = False
