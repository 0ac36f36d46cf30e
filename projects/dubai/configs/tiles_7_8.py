# The source: all but three of its images are trained on, windows of these held out.
_base_ = './tiles.py'
train = dict(
    _base_.patches,
    data_prefix=dict(img_path='source/images', seg_map_path='source/labels'),
)
val = dict(
    _base_.patches,
    data_prefix=dict(
        img_path='source_held_out/images', seg_map_path='source_held_out/labels'
    ),
)
