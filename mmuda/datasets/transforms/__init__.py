"""Transforms that MMSeg lacks."""

from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster, PackRaster
from mmuda.datasets.transforms.translated import TranslatedImage

__all__ = ['LoadLabels', 'LoadRaster', 'PackRaster', 'TranslatedImage']
