# Demo streets are an eighth as large, and so are crops.
_base_ = './dcan_generator.py'
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(512, 512)),
    dict(type='PackRaster'),
]
