# AdaptSegNet at one level, on VGG16.
_base_ = ['./adaptsegnet_single.py', '../models/deeplabv2_vgg16.py']
source_model = '../../adaptsegnet/source-only_vgg16_hannover_vaihingen.py'
model = _base_.deeplabv2_vgg16
optim_wrapper = dict(segmentor=_base_.deeplabv2_vgg16_optimizer)
demo = '../demo/adaptsegnet_single_vgg16.py'
