# How CyCADA's released code takes street scenes: brought to a height of 1024, in crops
# of 768, mirrored or not. Tested whole.
load, labels = dict(type='LoadRaster'), dict(type='LoadLabels')
resize = dict(
    type='Resize',
    scale=(2048, 1024),
    keep_ratio=True,
    backend='pillow',
    interpolation='bilinear')
crop = [
    dict(type='RandomCrop', crop_size=(768, 768)),
    dict(type='RandomFlip', prob=0.5),
]
pack = dict(type='PackSegInputs')
train_pipeline = [load, labels, resize, *crop, pack]
# Labels are loaded after resizing: the prediction is scaled up to their size.
test_pipeline = [load, resize, labels, pack]
del load, labels, resize, crop, pack
