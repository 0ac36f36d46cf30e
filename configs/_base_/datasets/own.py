# A folder of `mmuda prepare`: its classes, colours, bands and their statistics stand in
# its manifest, and `--source DIR --target DIR` says which. In a config:
# `source, target = 'data/a', 'data/b'`. What is done with every sample stands here.
train = dict(
    type='PreparedDataset',
    split='train',
    data_prefix=dict(img_path='scenes', seg_map_path='labels'),
    pipeline=[
        dict(type='RandomWindow'),
        dict(type='LoadRaster'),
        dict(type='LoadLabels'),
        dict(type='PackRaster'),
    ])
# Windows that are held out; a folder that holds out none is not measured on.
val = dict(
    type='PreparedDataset',
    split='val',
    data_prefix=dict(img_path='scenes', seg_map_path='labels'),
    pipeline=[
        dict(type='LoadRaster'),
        dict(type='LoadLabels'),
        dict(type='PackRaster'),
    ])
