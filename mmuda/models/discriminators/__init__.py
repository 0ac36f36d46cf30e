"""Discriminators, one file each."""

from mmuda.models.discriminators.inverted_bottleneck import (
    InvertedBottleneckDiscriminator,
)

__all__ = ['InvertedBottleneckDiscriminator']
