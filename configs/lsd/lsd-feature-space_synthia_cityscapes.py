# Feature-space discriminator (Table 4): SYNTHIA to Cityscapes, 640 x 320 pixels.
_base_ = [
    '../_base_/methods/lsd_feature_space.py', '../_base_/pipelines/street_640x320.py'
]
source, target = 'synthia', 'cityscapes'
source_model = 'source-only_640x320_synthia_cityscapes.py'
# The 16 classes of Cityscapes that SYNTHIA has (Sect. 4.1); others do not count.
in_16_classes = dict(mapping='cityscapes19_to_cityscapes16')
train_dataloader = dict(dataset=dict(source=in_16_classes, target=in_16_classes))
val_dataloader = dict(dataset=in_16_classes)
test_dataloader = val_dataloader
