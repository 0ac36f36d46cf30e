nienburg_data_root = 'data/nienburg'
# Near-infrared, red, green at 20 cm: what all five cities have (Sect. 5.1).
nienburg_bands = ['nir', 'red', 'green']
nienburg_load = dict(type='LoadRaster', bands=nienburg_bands)
nienburg_labels = dict(type='LoadLabels', num_classes=6)
nienburg_pack = dict(type='PackRaster')

nienburg_train = dict(
    type='NienburgCityDataset',
    data_root=nienburg_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[nienburg_load, nienburg_labels, nienburg_pack])
nienburg_train_unlabelled = dict(
    type='NienburgCityDataset',
    data_root=nienburg_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[nienburg_load, nienburg_pack])
nienburg_val = dict(
    type='NienburgCityDataset',
    data_root=nienburg_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[nienburg_load, nienburg_labels, nienburg_pack])
