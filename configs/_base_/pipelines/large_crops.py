# HRDA (Sect. 4.1): crops of 1024 of images at the resolution of Cityscapes, mirrored or
# not; tested in overlapping parts of that size.
crop = [
    dict(type='RandomCrop', crop_size=(1024, 1024)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
large_source = [
    dict(type='LoadRaster', bands=['red', 'green', 'blue']),
    dict(type='LoadLabels', num_classes=19),
    dict(type='Resize', scale=(2560, 1440)),
    *crop,
]
large_target = [
    dict(type='LoadRaster', bands=['red', 'green', 'blue']),
    dict(type='Resize', scale=(2048, 1024)),
    *crop,
]
test_pipeline = [
    dict(type='LoadRaster'),
    dict(type='Resize', scale=(2048, 1024)),
    dict(type='LoadLabels'),
    dict(type='PackRaster'),
]
del crop
