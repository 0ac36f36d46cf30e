"""Discriminators, one file each."""

from mmuda.models.discriminators.inverted_bottleneck import (
    InvertedBottleneckDiscriminator,
)
from mmuda.models.discriminators.patchgan import PatchGANDiscriminator

__all__ = ['InvertedBottleneckDiscriminator', 'PatchGANDiscriminator']
