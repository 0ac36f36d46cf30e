buxtehude_data_root = 'data/buxtehude'
# Near-infrared, red, green at 20 cm: what all five cities have (Sect. 5.1).
buxtehude_bands = ['nir', 'red', 'green']
buxtehude_load = dict(type='LoadRaster', bands=buxtehude_bands)
buxtehude_labels = dict(type='LoadLabels', num_classes=6)
buxtehude_pack = dict(type='PackRaster')

buxtehude_train = dict(
    type='BuxtehudeCityDataset',
    data_root=buxtehude_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[buxtehude_load, buxtehude_labels, buxtehude_pack])
buxtehude_train_unlabelled = dict(
    type='BuxtehudeCityDataset',
    data_root=buxtehude_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[buxtehude_load, buxtehude_pack])
buxtehude_val = dict(
    type='BuxtehudeCityDataset',
    data_root=buxtehude_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[buxtehude_load, buxtehude_labels, buxtehude_pack])
