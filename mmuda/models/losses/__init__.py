"""Losses, one idea a file."""

from mmuda.models.losses.gan import GANLoss, LeastSquaresGANLoss, VanillaGANLoss
from mmuda.models.losses.gradient import gradient_loss, sobel
from mmuda.models.losses.perceptual import PerceptualLoss

__all__ = [
    'GANLoss',
    'LeastSquaresGANLoss',
    'PerceptualLoss',
    'VanillaGANLoss',
    'gradient_loss',
    'sobel',
]
