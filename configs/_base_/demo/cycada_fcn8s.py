_base_ = './cycada.py'
model = dict(
    backbone=dict(_delete_=True, base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=[3, 32, 64, 64], scales=(1.0, 1.0)))
train_dataloader = dict(batch_size=4)
