synthia_data_root = 'data/synthia'
synthia_load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
synthia_labels = dict(type='LoadLabels', num_classes=19)
synthia_pack = dict(type='PackSegInputs')
# As AdaptSegNet and ADVENT do: the whole image, which has this size already.
synthia_resize = dict(
    type='Resize', scale=(1280, 760), backend='pillow', interpolation='bicubic')

synthia_train = dict(
    type='SYNTHIADataset',
    data_root=synthia_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[synthia_load, synthia_labels, synthia_resize, synthia_pack])
synthia_train_unlabelled = dict(
    type='SYNTHIADataset',
    data_root=synthia_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[synthia_load, synthia_resize, synthia_pack])
# Labels are loaded after resizing: the prediction is scaled up to their size.
synthia_val = dict(
    type='SYNTHIADataset',
    data_root=synthia_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[synthia_load, synthia_resize, synthia_labels, synthia_pack])
