# DeepLabV2 with a second classifier.
_base_ = ['./deeplabv2_r101.py', './deeplabv2_second_classifier.py']
model = dict(auxiliary_head=_base_.second_classifier)
