# What street scenes have in common: the layout that the converters write. A data set
# says what its pipelines do between loading and packing.
load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
pack = dict(type='PackSegInputs')
train = dict(
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'))
val = dict(
    data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'))
