# The street scenes at half their resolution (Russo et al. 2019, Sect. 4.1).
_base_ = ['./gta5.py', './synthia.py', './cityscapes.py']
load = dict(type='LoadRaster', bands=['red', 'green', 'blue'])
resize = [dict(type='Resize', scale_factor=0.5, keep_ratio=True)]
labels = dict(type='LoadLabels', num_classes=19)
pack = dict(type='PackSegInputs')
train_pipeline = [load, labels, *resize, pack]
unlabelled_pipeline = [load, *resize, pack]
# Labels are loaded after resizing: the prediction is scaled up to their size.
val_pipeline = [load, *resize, labels, pack]

street_train = dict(
    gta5=dict(_base_.gta5_train, pipeline=train_pipeline),
    synthia=dict(_base_.synthia_train, pipeline=train_pipeline),
    cityscapes=dict(_base_.cityscapes_train, pipeline=train_pipeline))
street_train_unlabelled = dict(
    gta5=dict(_base_.gta5_train_unlabelled, pipeline=unlabelled_pipeline),
    synthia=dict(_base_.synthia_train_unlabelled, pipeline=unlabelled_pipeline),
    cityscapes=dict(_base_.cityscapes_train_unlabelled, pipeline=unlabelled_pipeline))
street_val = dict(
    gta5=dict(_base_.gta5_val, pipeline=val_pipeline),
    synthia=dict(_base_.synthia_val, pipeline=val_pipeline),
    cityscapes=dict(_base_.cityscapes_val, pipeline=val_pipeline))
# The classes that each dataset knows, as ids of Cityscapes: SYNTHIA has no terrain,
# truck and train.
street_classes = dict(
    gta5=list(range(19)),
    synthia=[0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 17, 18],
    cityscapes=list(range(19)))
del load, resize, labels, pack, train_pipeline, unlabelled_pipeline, val_pipeline
