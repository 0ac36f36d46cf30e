"""Losses that MMSeg lacks, one idea a file."""

from mmuda.models.losses.focal import SoftmaxFocalLoss
from mmuda.models.losses.gan import (
    GAN_LOSSES,
    GANLoss,
    LeastSquaresGANLoss,
    VanillaGANLoss,
)
from mmuda.models.losses.gradient import gradient_loss, sobel
from mmuda.models.losses.guidance import Guidance, Translation
from mmuda.models.losses.perceptual import PerceptualLoss
from mmuda.models.losses.segmentation_perceptual import SegmentationPerceptualLoss
from mmuda.models.losses.semantic_consistency import SemanticConsistencyLoss

__all__ = [
    'GAN_LOSSES',
    'GANLoss',
    'Guidance',
    'LeastSquaresGANLoss',
    'PerceptualLoss',
    'SegmentationPerceptualLoss',
    'SemanticConsistencyLoss',
    'SoftmaxFocalLoss',
    'Translation',
    'VanillaGANLoss',
    'gradient_loss',
    'sobel',
]
