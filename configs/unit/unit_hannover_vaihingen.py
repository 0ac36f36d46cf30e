# UNIT (Liu et al. 2017), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/unit.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/unit.py',
]
# crop_image_height, crop_image_width; half of the images are mirrored (utils.py).
pipeline = [
    dict(type='LoadRaster', bands=['nir', 'red', 'green']),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))
