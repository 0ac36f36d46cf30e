# UNIT before multi-source adaptation (Russo et al. 2019, Sect. 3.1): SYNTHIA in the
# style of Cityscapes.
_base_ = [
    '../_base_/models/unit.py',
    '../_base_/datasets/synthia_cityscapes.py',
    '../_base_/schedules/unit.py',
]
# At the size of the files, which is that of what is translated.
pipeline = [
    dict(type='LoadRaster', bands=['red', 'green', 'blue']),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.synthia_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))
# Demo streets are an eighth as large, and so are crops; discriminators need 64 pixels.
larger = [dict(step, crop_size=(512, 512)) if 'crop_size' in step else step
          for step in pipeline]
demo = dict(
    train_dataloader=dict(
        dataset=dict(source=dict(pipeline=larger), target=dict(pipeline=larger))))
