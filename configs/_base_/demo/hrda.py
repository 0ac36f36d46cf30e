_base_ = './daformer.py'
model = dict(
    scale_attention=dict(in_channels=[16, 32, 80, 128], channels=32),
    detail_size=(56, 56))
