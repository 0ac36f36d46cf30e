"""Discriminators, one file each."""

from mmuda.models.discriminators.fully_convolutional import (
    FullyConvolutionalDiscriminator,
)
from mmuda.models.discriminators.inverted_bottleneck import (
    InvertedBottleneckDiscriminator,
)
from mmuda.models.discriminators.patchgan import PatchGANDiscriminator
from mmuda.models.discriminators.pixelwise import PixelwiseDiscriminator

__all__ = [
    'FullyConvolutionalDiscriminator',
    'InvertedBottleneckDiscriminator',
    'PatchGANDiscriminator',
    'PixelwiseDiscriminator',
]
