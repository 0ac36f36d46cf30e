"""Transforms that MMSeg lacks."""

from mmuda.datasets.transforms.drawn import LoadDrawnLabels, LoadDrawnPatch
from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster, PackRaster
from mmuda.datasets.transforms.translated import TranslatedImage

__all__ = [
    'LoadDrawnLabels',
    'LoadDrawnPatch',
    'LoadLabels',
    'LoadRaster',
    'PackRaster',
    'TranslatedImage',
]
