# HRDA: SYNTHIA to Cityscapes.
_base_ = ['../_base_/methods/hrda.py', '../_base_/pipelines/large_crops.py']
source, target = 'synthia', 'cityscapes'
source_model = '../daformer/source-only_synthia_cityscapes.py'
model = dict(
    test_cfg=dict(mode='slide', crop_size=(1024, 1024), stride=(512, 512)))
# The released code: twice DAFormer's rows of pixels, at twice the resolution.
adaptor = dict(
    objectives=dict(
        teacher=dict(ignore_top=30, ignore_bottom=240),
        distance=dict(classes=[6, 7, 11, 12, 13, 14, 15, 16, 17, 18])))
train_dataloader = dict(
    dataset=dict(
        source=dict(pipeline=_base_.large_source),
        target=dict(pipeline=_base_.large_target)))
demo = '../_base_/demo/hrda_street.py'
