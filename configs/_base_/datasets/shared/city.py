# What the five cities have in common: patches of near-infrared, red and green at 20 cm
# (Gritzner and Ostermann 2020, Sect. 5.1), six classes.
pipeline = [
    dict(type='LoadRaster', bands=['nir', 'red', 'green']),
    dict(type='LoadLabels', num_classes=6),
    dict(type='PackRaster'),
]
train = dict(
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=pipeline)
val = dict(
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
    pipeline=pipeline)
