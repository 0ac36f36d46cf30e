"""Discriminators, one file each."""

from mmuda.models.discriminators.content import ContentDiscriminator
from mmuda.models.discriminators.inverted_bottleneck import (
    InvertedBottleneckDiscriminator,
)
from mmuda.models.discriminators.multi_scale import MultiScaleDiscriminator
from mmuda.models.discriminators.patchgan import PatchGANDiscriminator

__all__ = [
    'ContentDiscriminator',
    'InvertedBottleneckDiscriminator',
    'MultiScaleDiscriminator',
    'PatchGANDiscriminator',
]
