# The source: all frames of the day.
_base_ = './frames.py'
train = dict(
    _base_.frames,
    data_prefix=dict(img_path='day/images', seg_map_path='day/labels'),
    pipeline=_base_.training,
)
