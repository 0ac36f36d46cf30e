hannover_data_root = 'data/hannover'
# Near-infrared, red, green at 20 cm: what all five cities have (Sect. 5.1).
hannover_bands = ['nir', 'red', 'green']
hannover_load = dict(type='LoadRaster', bands=hannover_bands)
hannover_labels = dict(type='LoadLabels', num_classes=6)
hannover_pack = dict(type='PackRaster')

hannover_train = dict(
    type='HannoverCityDataset',
    data_root=hannover_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[hannover_load, hannover_labels, hannover_pack])
hannover_train_unlabelled = dict(
    type='HannoverCityDataset',
    data_root=hannover_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[hannover_load, hannover_pack])
hannover_val = dict(
    type='HannoverCityDataset',
    data_root=hannover_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[hannover_load, hannover_labels, hannover_pack])
