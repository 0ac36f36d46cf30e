# The target: even-numbered frames at dusk to train on, odd-numbered ones to test on.
_base_ = './frames.py'
train = dict(
    _base_.frames,
    data_prefix=dict(img_path='dusk_train/images', seg_map_path='dusk_train/labels'),
    pipeline=_base_.training,
)
val = dict(
    _base_.frames,
    data_prefix=dict(img_path='dusk_test/images', seg_map_path='dusk_test/labels'),
    pipeline=_base_.testing,
)
