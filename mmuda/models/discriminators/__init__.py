"""Discriminators, one file each."""

from mmuda.models.discriminators.content import ContentDiscriminator
from mmuda.models.discriminators.fully_convolutional import (
    FullyConvolutionalDiscriminator,
)
from mmuda.models.discriminators.inverted_bottleneck import (
    InvertedBottleneckDiscriminator,
)
from mmuda.models.discriminators.labelling import LabellingDiscriminator
from mmuda.models.discriminators.multi_scale import MultiScaleDiscriminator
from mmuda.models.discriminators.patchgan import PatchGANDiscriminator
from mmuda.models.discriminators.pixelwise import PixelwiseDiscriminator
from mmuda.models.discriminators.style_vector import StyleVectorDiscriminator

__all__ = [
    'ContentDiscriminator',
    'FullyConvolutionalDiscriminator',
    'InvertedBottleneckDiscriminator',
    'LabellingDiscriminator',
    'MultiScaleDiscriminator',
    'PatchGANDiscriminator',
    'PixelwiseDiscriminator',
    'StyleVectorDiscriminator',
]
