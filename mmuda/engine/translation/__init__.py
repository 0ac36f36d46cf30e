"""Translating images: patches, scenes, and the source that a training config names."""

from mmuda.engine.translation.jobs import (
    Job,
    images_in,
    layout,
    link_labels,
    output_name,
    translate_files,
)
from mmuda.engine.translation.loading import (
    bands_of,
    is_translator,
    load_translator,
)
from mmuda.engine.translation.tiling import Route, Tiling
from mmuda.engine.translation.writing import band_indexes, to_dtype

__all__ = [
    'Job',
    'Route',
    'Tiling',
    'band_indexes',
    'bands_of',
    'images_in',
    'is_translator',
    'layout',
    'link_labels',
    'load_translator',
    'output_name',
    'to_dtype',
    'translate_files',
]
