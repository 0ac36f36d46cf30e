_base_ = './multi_source.py'
model = dict(
    backbone=dict(_delete_=True, backbone=_base_.model.backbone))
