"""Losses that MMSeg lacks."""

from mmuda.models.losses.focal import SoftmaxFocalLoss
from mmuda.models.losses.gan import GAN_LOSSES, least_squares, vanilla

__all__ = ['GAN_LOSSES', 'SoftmaxFocalLoss', 'least_squares', 'vanilla']
