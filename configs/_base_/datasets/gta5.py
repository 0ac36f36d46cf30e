_base_ = './shared/street.py'
# As AdaptSegNet, ADVENT, CLAN and BDL do: the whole image, at two thirds of its size.
# (CLAN scales and mirrors it after that: `train_pipeline` of its method.)
resize = dict(
    type='Resize', scale=(1280, 720), backend='pillow', interpolation='bicubic')
labels = dict(type='LoadLabels', num_classes=19)
train = dict(
    type='GTA5Dataset',
    data_root='data/gta5',
    pipeline=[_base_.load, labels, resize, _base_.pack])
# As the target it is measured on 500 images (Russo et al. 2019, Sect. 4.1: "a 500
# sample subset", they do not say which): the first 500 by name of the split `val`,
# which the converter makes of the first 500 of all.
# Labels are loaded after resizing: the prediction is scaled up to their size.
val = dict(
    type='GTA5Dataset',
    data_root='data/gta5',
    indices=500,
    pipeline=[_base_.load, resize, labels, _base_.pack])
