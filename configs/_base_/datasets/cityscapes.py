cityscapes_data_root = 'data/cityscapes'
cityscapes_load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
cityscapes_labels = dict(type='LoadLabels', num_classes=19)
cityscapes_pack = dict(type='PackSegInputs')
# As AdaptSegNet, ADVENT, CLAN and BDL do: the whole image, at half its size.
cityscapes_resize = dict(
    type='Resize', scale=(1024, 512), backend='pillow', interpolation='bicubic')

cityscapes_train = dict(
    type='CityscapesStreetDataset',
    data_root=cityscapes_data_root,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[cityscapes_load, cityscapes_labels, cityscapes_resize, cityscapes_pack])
cityscapes_train_unlabelled = dict(
    type='CityscapesStreetDataset',
    data_root=cityscapes_data_root,
    data_prefix=dict(img_path='img_dir/train'),
    pipeline=[cityscapes_load, cityscapes_resize, cityscapes_pack])
# Labels are loaded after resizing: the prediction is scaled up to their size.
cityscapes_val = dict(
    type='CityscapesStreetDataset',
    data_root=cityscapes_data_root,
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=[cityscapes_load, cityscapes_resize, cityscapes_labels, cityscapes_pack])

# From SYNTHIA 16 classes are evaluated, or 13 (mIoU*): the mean over these of the
# same predictions. A model of 16 classes has `mapping='cityscapes19_to_cityscapes16'`
# in its datasets, in which the others are ignored.
cityscapes_evaluator = dict(
    type='SegmentationMetric',
    subsets=dict(mIoU16='cityscapes16', mIoU13='cityscapes13'))
