vaihingen_data_root = 'data/vaihingen'
# Near-infrared, red, green at 20 cm: what all five cities have (Sect. 5.1).
vaihingen_bands = ['nir', 'red', 'green']
vaihingen_load = dict(type='LoadRaster', bands=vaihingen_bands)
vaihingen_labels = dict(type='LoadLabels', num_classes=6)
vaihingen_pack = dict(type='PackRaster')

vaihingen_train = dict(
    type='VaihingenCityDataset',
    data_root=vaihingen_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[vaihingen_load, vaihingen_labels, vaihingen_pack])
vaihingen_train_unlabelled = dict(
    type='VaihingenCityDataset',
    data_root=vaihingen_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[vaihingen_load, vaihingen_pack])
vaihingen_val = dict(
    type='VaihingenCityDataset',
    data_root=vaihingen_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[vaihingen_load, vaihingen_labels, vaihingen_pack])
