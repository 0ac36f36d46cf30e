# Where `prepare.py` put the patches: DUBAI=folder on the command line.
dubai_root = '{{$DUBAI:data/dubai}}'
dubai_meta = dict(
    classes=('building', 'land', 'road', 'vegetation', 'water'),
    palette=[
        [60, 16, 152],
        [132, 41, 246],
        [110, 193, 228],
        [254, 221, 58],
        [226, 169, 41],
    ],
)
dubai_labels = dict(type='LoadLabels', num_classes=5)

dubai_source = dict(
    type='FolderDataset',
    data_root=dubai_root,
    metainfo=dubai_meta,
    img_suffix='.tif',
    data_prefix=dict(img_path='source/images', seg_map_path='source/labels'),
    pipeline=[dict(type='LoadRaster'), dubai_labels, dict(type='PackSegInputs')],
)
dubai_target_unlabelled = dict(
    type='FolderDataset',
    data_root=dubai_root,
    metainfo=dubai_meta,
    img_suffix='.tif',
    data_prefix=dict(img_path='target_train/images'),
    pipeline=[dict(type='LoadRaster'), dict(type='PackSegInputs')],
)
dubai_test = dict(
    type='FolderDataset',
    data_root=dubai_root,
    metainfo=dubai_meta,
    img_suffix='.tif',
    data_prefix=dict(img_path='target_test/images', seg_map_path='target_test/labels'),
    pipeline=[dict(type='LoadRaster'), dubai_labels, dict(type='PackSegInputs')],
)
