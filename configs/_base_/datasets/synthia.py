_base_ = './shared/street.py'
# As AdaptSegNet and ADVENT do: the whole image, which has this size already.
resize = dict(
    type='Resize', scale=(1280, 760), backend='pillow', interpolation='bicubic')
labels = dict(type='LoadLabels', num_classes=19)
train = dict(
    type='SYNTHIADataset',
    data_root='data/synthia',
    pipeline=[_base_.load, labels, resize, _base_.pack])
# As the target it is measured on "the first 500 images" (Russo et al. 2019, Sect. 4.1),
# by name, of the split `val`, which the converter makes of the first 500 of all.
# Labels are loaded after resizing: the prediction is scaled up to their size.
val = dict(
    type='SYNTHIADataset',
    data_root='data/synthia',
    indices=500,
    pipeline=[_base_.load, resize, labels, _base_.pack])
# Of the 19 classes of Cityscapes it has no terrain, truck and train.
classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 17, 18]
