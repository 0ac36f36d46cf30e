"""Losses that MMSeg lacks, one idea a file."""

from mmuda.models.losses.focal import SoftmaxFocalLoss
from mmuda.models.losses.gan import (
    GAN_LOSSES,
    GANLoss,
    LeastSquaresGANLoss,
    VanillaGANLoss,
)
from mmuda.models.losses.gradient import gradient_loss, sobel
from mmuda.models.losses.perceptual import PerceptualLoss

__all__ = [
    'GAN_LOSSES',
    'GANLoss',
    'LeastSquaresGANLoss',
    'PerceptualLoss',
    'SoftmaxFocalLoss',
    'VanillaGANLoss',
    'gradient_loss',
    'sobel',
]
