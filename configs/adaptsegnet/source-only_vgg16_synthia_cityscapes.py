# DeepLabV2 on VGG16 trained on the source, no adaptation: SYNTHIA to Cityscapes.
_base_ = [
    './source-only_synthia_cityscapes.py',
    '../_base_/models/deeplabv2_vgg16.py',
]
model = _base_.deeplabv2_vgg16
optim_wrapper = _base_.deeplabv2_vgg16_optimizer
demo = dict(
    model=dict(
        _base_.deeplabv2_vgg16_demo,
        data_preprocessor=_base_.deeplabv2_vgg16_demo_normalisation),
    optim_wrapper=dict(_base_.deeplabv2_vgg16_demo_optimizer, _delete_=True))
