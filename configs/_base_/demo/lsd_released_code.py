# Crops of stand-ins have an eighth of the width and height.
_base_ = './lsd.py'
param_scheduler = dict(
    _delete_=True,
    critic=[],
    generator=[],
    segmentor=[dict(type='MultiStepLR', milestones=[100], gamma=0.1, by_epoch=False)])
