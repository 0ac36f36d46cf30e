# What self-training mixes has one size: crops of 512 of images as their data sets
# resize them, mirrored or not (DACS, DAFormer, MIC).
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='LoadLabels'),
    dict(type='Resize'),
    dict(type='RandomCrop', crop_size=(512, 512)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
