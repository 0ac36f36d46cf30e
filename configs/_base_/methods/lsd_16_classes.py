# LSD on FCN-8s, in the classes of SYNTHIA.
_base_ = './lsd_fcn8s.py'
# The 16 classes of Cityscapes that SYNTHIA has (Sect. 4.1); others do not count.
in_16_classes = dict(mapping='cityscapes19_to_cityscapes16')
train_dataloader = dict(dataset=dict(source=in_16_classes, target=in_16_classes))
val_dataloader = dict(dataset=in_16_classes)
test_dataloader = val_dataloader
