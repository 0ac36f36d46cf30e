# Demo streets are an eighth as large, and so are crops; discriminators need 64 pixels.
_base_ = './unit.py'
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(512, 512)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
