# The target: patches of the even-numbered images, windows of the odd-numbered ones.
_base_ = './tiles.py'
train = dict(
    _base_.patches,
    data_prefix=dict(
        img_path='target_train/images', seg_map_path='target_train/labels'
    ),
)
val = dict(
    _base_.patches,
    data_prefix=dict(img_path='target_test/images', seg_map_path='target_test/labels'),
)
