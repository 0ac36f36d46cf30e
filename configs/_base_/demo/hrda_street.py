# Scenes, and with them crops, are an eighth as large, and show no bonnet.
_base_ = './hrda.py'
model = dict(detail_size=(64, 64), test_cfg=dict(_delete_=True, mode='whole'))
adaptor = dict(objectives=dict(teacher=dict(ignore_top=0, ignore_bottom=0)))
