# CyCADA's feature part on FCN-8s: GTA5 to Cityscapes.
_base_ = [
    './cycada_gta5_cityscapes.py',
    '../_base_/models/fcn8s_vgg16.py',
    '../_base_/datasets/street_crops.py',
]
source_model = 'source-only_fcn8s_gta5_cityscapes.py'
model = dict(
    segmentor=_base_.fcn8s_vgg16, data_preprocessor=_base_.fcn8s_vgg16_normalisation)
train_dataloader = dict(
    dataset=dict(
        source=dict(pipeline=_base_.street_crops_train),
        target=dict(pipeline=_base_.street_crops_train_unlabelled)))
val_dataloader = dict(dataset=dict(pipeline=_base_.street_crops_val))
test_dataloader = val_dataloader
demo = dict(
    model=dict(segmentor=_base_.fcn8s_vgg16_demo),
    train_dataloader=dict(batch_size=4))
