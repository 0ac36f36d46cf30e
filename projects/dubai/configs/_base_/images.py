# The unlabelled training images of both domains, for translators.
_base_ = '../dubai.py'
dubai_images = dict(
    type='FolderDataset',
    data_root=_base_.dubai_root,
    metainfo=_base_.dubai_meta,
    img_suffix='.tif',
    pipeline=[dict(type='LoadRaster'), dict(type='PackRaster')],
)
dubai_source_images = dict(data_prefix=dict(img_path='source/images'), **dubai_images)
dubai_target_images = dict(
    data_prefix=dict(img_path='target_train/images'), **dubai_images
)
