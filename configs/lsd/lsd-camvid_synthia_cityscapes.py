# LSD as in lsd_synthia_cityscapes.py, tested on a domain that training does not see,
# CamVid (Table 5): tools/test.py with this config, and that one's checkpoint. The mean
# is over the classes with labels, which are ten.
_base_ = [
    '../_base_/methods/lsd_16_classes.py', '../_base_/pipelines/street_1024x512.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_synthia_cityscapes.py'
test_dataloader = dict(
    dataset=dict(
        type='CamVidDataset',
        data_root='data/camvid',
        data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
        mapping='camvid11_to_cityscapes16',
        pipeline=[
            dict(type='LoadRaster', bands=['red', 'green', 'blue']),
            dict(type='LoadLabels', num_classes=16),
            dict(type='PackSegInputs'),
        ]))
