# U-Net, from random weights.
_base_ = '../models/unet.py'
feature_tap = 'backbone.decoder.2'  # halfway up
