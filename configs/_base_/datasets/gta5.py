gta5_data_root = 'data/gta5'
gta5_load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
gta5_labels = dict(type='LoadLabels', num_classes=19)
gta5_pack = dict(type='PackSegInputs')
# As AdaptSegNet, ADVENT, CLAN and BDL do: the whole image, at two thirds of its size.
gta5_resize = dict(
    type='Resize', scale=(1280, 720), backend='pillow', interpolation='bicubic')

gta5_train = dict(
    type='GTA5Dataset',
    data_root=gta5_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[gta5_load, gta5_labels, gta5_resize, gta5_pack])
gta5_train_unlabelled = dict(
    type='GTA5Dataset',
    data_root=gta5_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[gta5_load, gta5_resize, gta5_pack])
# Labels are loaded after resizing: the prediction is scaled up to their size.
gta5_val = dict(
    type='GTA5Dataset',
    data_root=gta5_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[gta5_load, gta5_resize, gta5_labels, gta5_pack])
