"""Generators: images from what a segmentor makes of them, one file each."""

from mmuda.models.generators.fcn8s import FCN8sGenerator
from mmuda.models.generators.pyramid import PyramidGenerator

__all__ = ['FCN8sGenerator', 'PyramidGenerator']
