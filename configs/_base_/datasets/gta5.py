_base_ = './shared/street.py'
# As AdaptSegNet, ADVENT, CLAN and BDL do: the whole image, at two thirds of its size.
resize = dict(
    type='Resize', scale=(1280, 720), backend='pillow', interpolation='bicubic')
labels = dict(type='LoadLabels', num_classes=19)
train = dict(
    type='GTA5Dataset',
    data_root='data/gta5',
    pipeline=[_base_.load, labels, resize, _base_.pack])
# Labels are loaded after resizing: the prediction is scaled up to their size.
val = dict(
    type='GTA5Dataset',
    data_root='data/gta5',
    pipeline=[_base_.load, resize, labels, _base_.pack])
