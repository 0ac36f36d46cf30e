"""Losses, one idea a file."""

from mmuda.models.losses.gan import GANLoss, LeastSquaresGANLoss, VanillaGANLoss
from mmuda.models.losses.gradient import gradient_loss, sobel

__all__ = [
    'GANLoss',
    'LeastSquaresGANLoss',
    'VanillaGANLoss',
    'gradient_loss',
    'sobel',
]
