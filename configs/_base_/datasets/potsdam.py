potsdam_data_root = 'data/potsdam'
# Near-infrared, red, green at 20 cm: what all five cities have (Sect. 5.1).
potsdam_bands = ['nir', 'red', 'green']
potsdam_load = dict(type='LoadRaster', bands=potsdam_bands)
potsdam_labels = dict(type='LoadLabels', num_classes=6)
potsdam_pack = dict(type='PackRaster')

potsdam_train = dict(
    type='PotsdamCityDataset',
    data_root=potsdam_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[potsdam_load, potsdam_labels, potsdam_pack])
potsdam_train_unlabelled = dict(
    type='PotsdamCityDataset',
    data_root=potsdam_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[potsdam_load, potsdam_pack])
potsdam_val = dict(
    type='PotsdamCityDataset',
    data_root=potsdam_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[potsdam_load, potsdam_labels, potsdam_pack])
