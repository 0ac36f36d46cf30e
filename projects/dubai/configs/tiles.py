# What both groups of scenes have in common.
patches = dict(
    type='FolderDataset',
    data_root='{{$DUBAI:data/dubai}}',
    metainfo=dict(
        classes=('building', 'land', 'road', 'vegetation', 'water'),
        palette=[
            [60, 16, 152],
            [132, 41, 246],
            [110, 193, 228],
            [254, 221, 58],
            [226, 169, 41],
        ],
    ),
    img_suffix='.tif',
    pipeline=[
        dict(type='LoadRaster'),
        dict(type='LoadLabels', num_classes=5),
        dict(type='PackRaster'),
    ],
)
