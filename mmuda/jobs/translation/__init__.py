"""Translating images: patches, scenes, and the source that a training config names."""

from mmuda.jobs.tiling import Tiling, images_in
from mmuda.jobs.translation.jobs import (
    Job,
    layout,
    link_labels,
    named_outputs,
    output_name,
    translate_files,
)
from mmuda.jobs.translation.loading import (
    bands_of,
    check_domain,
    is_translator,
    load_translator,
)
from mmuda.jobs.translation.tiling import Route
from mmuda.jobs.translation.writing import band_indexes, to_dtype

__all__ = [
    'Job',
    'Route',
    'Tiling',
    'band_indexes',
    'bands_of',
    'check_domain',
    'images_in',
    'is_translator',
    'layout',
    'link_labels',
    'load_translator',
    'named_outputs',
    'output_name',
    'to_dtype',
    'translate_files',
]
