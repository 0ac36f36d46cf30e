# CyCADA's feature part on FCN-8s: any pair of cities.
_base_ = [
    './cycada_hannover_vaihingen.py',
    '../_base_/models/fcn8s_vgg16.py',
]
source_model = 'source-only_fcn8s_hannover_vaihingen.py'
model = dict(
    data_preprocessor=_base_.fcn8s_vgg16_normalisation,
    segmentor=dict(
        _base_.fcn8s_vgg16,
        decode_head=dict(_base_.fcn8s_vgg16.decode_head, num_classes=6)))
demo = dict(
    model=dict(segmentor=_base_.fcn8s_vgg16_demo),
    train_dataloader=dict(batch_size=4))
