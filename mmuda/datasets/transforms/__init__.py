"""Transforms that MMSeg lacks."""

from mmuda.datasets.transforms.blur import RandomGaussianBlur
from mmuda.datasets.transforms.photometry import RandomPhotometry
from mmuda.datasets.transforms.pseudo_labels import LoadPseudoLabels
from mmuda.datasets.transforms.random_patch import (
    LoadRandomPatch,
    LoadRandomPatchLabels,
)
from mmuda.datasets.transforms.random_window import RandomWindow
from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster, PackRaster
from mmuda.datasets.transforms.source_augmentation import SourceAugmentation
from mmuda.datasets.transforms.translated import TranslatedImage

__all__ = [
    'LoadLabels',
    'LoadPseudoLabels',
    'LoadRandomPatch',
    'LoadRandomPatchLabels',
    'LoadRaster',
    'PackRaster',
    'RandomGaussianBlur',
    'RandomPhotometry',
    'RandomWindow',
    'SourceAugmentation',
    'TranslatedImage',
]
