# The front end of dilated VGG16 trained on the source.
_base_ = ['./deeplabv2_source_only.py', '../models/dilated_vgg16.py']
model = _base_.dilated_vgg16
demo = '../demo/dilated_vgg16.py'
