# DeepLabV2 on VGG16 trained on the source.
_base_ = ['./deeplabv2_source_only.py', '../models/deeplabv2_vgg16.py']
model = _base_.deeplabv2_vgg16
optim_wrapper = _base_.deeplabv2_vgg16_optimizer
demo = '../demo/deeplabv2_vgg16.py'
