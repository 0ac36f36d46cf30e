# FCN-8s without the factors of pool3 and pool4, which Adam would not make up for, as
# LSD's released code has it.
_base_ = './fcn8s_vgg16.py'
fcn8s_vgg16 = dict(decode_head=dict(scales=(1.0, 1.0)))
