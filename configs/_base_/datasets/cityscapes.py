_base_ = './shared/street.py'
# As AdaptSegNet, ADVENT, CLAN and BDL do: the whole image, at half its size.
# (CLAN scales and mirrors it after that: `train_pipeline` of its method.)
resize = dict(
    type='Resize', scale=(1024, 512), backend='pillow', interpolation='bicubic')
labels = dict(type='LoadLabels', num_classes=19)
train = dict(
    type='CityscapesStreetDataset',
    data_root='data/cityscapes',
    pipeline=[_base_.load, labels, resize, _base_.pack])
# Labels are loaded after resizing: the prediction is scaled up to their size.
val = dict(
    type='CityscapesStreetDataset',
    data_root='data/cityscapes',
    pipeline=[_base_.load, resize, labels, _base_.pack])

# From SYNTHIA 16 classes are evaluated, or 13 (mIoU*): the mean over these of the
# same predictions. A model of 16 classes has `mapping='cityscapes19_to_cityscapes16'`
# in its data sets, in which the others are ignored.
evaluator = dict(subsets=dict(mIoU16='cityscapes16', mIoU13='cityscapes13'))
