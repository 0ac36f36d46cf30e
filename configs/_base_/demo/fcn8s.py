# An eighth of the width, trained from scratch, which Adam alone can do in so short a
# time, and skip connections without the small factors, which are for pretrained
# features.
_base_ = './deeplabv2.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=[3, 32, 64, 64], scales=(1.0, 1.0)))
train_dataloader = dict(batch_size=4)
optim_wrapper = dict(
    _delete_=True, optimizer=dict(_delete_=True, type='Adam', lr=5e-4))
