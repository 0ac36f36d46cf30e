# AdaptSegNet at one level, on VGG16 (Sect. 4.3): SYNTHIA to Cityscapes.
_base_ = [
    './adaptsegnet-single_synthia_cityscapes.py',
    '../_base_/models/deeplabv2_vgg16.py',
]
source_model = 'source-only_vgg16_synthia_cityscapes.py'
model = dict(segmentor=_base_.deeplabv2_vgg16)
optim_wrapper = dict(segmentor=_base_.deeplabv2_vgg16_optimizer)
demo = dict(
    model=dict(
        segmentor=_base_.deeplabv2_vgg16_demo,
        data_preprocessor=_base_.deeplabv2_vgg16_demo_normalisation),
    optim_wrapper=dict(
        _delete_=True, segmentor=_base_.deeplabv2_vgg16_demo_optimizer))
