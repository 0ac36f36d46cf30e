# DeepLabV2 trained on the source with a second classifier.
_base_ = ['./deeplabv2_source_only.py', '../models/deeplabv2_second_classifier.py']
model = dict(auxiliary_head=_base_.second_classifier)
demo = '../demo/deeplabv2_two_level.py'
