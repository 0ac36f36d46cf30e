# The source: all its patches are trained on.
_base_ = './tiles.py'
train = dict(
    _base_.patches,
    data_prefix=dict(img_path='source/images', seg_map_path='source/labels'),
)
