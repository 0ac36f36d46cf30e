# The source: frames of the day, the last sixth of each drive held out.
_base_ = './frames.py'
train = dict(
    _base_.frames,
    data_prefix=dict(img_path='day/images', seg_map_path='day/labels'),
    pipeline=_base_.training,
)
val = dict(
    _base_.frames,
    data_prefix=dict(
        img_path='day_held_out/images', seg_map_path='day_held_out/labels'
    ),
    pipeline=_base_.testing,
)
