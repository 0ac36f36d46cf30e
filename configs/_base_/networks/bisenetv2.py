# BiSeNetV2, from random weights.
_base_ = 'mmseg::_base_/models/bisenetv2.py'
feature_tap = 'backbone.bga'  # where detail and meaning meet
