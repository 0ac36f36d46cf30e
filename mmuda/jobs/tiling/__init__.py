"""Rasters of any size in windows: where they lie, how they are read and blended."""

from mmuda.jobs.tiling.blending import blended, parts_of, strips_of
from mmuda.jobs.tiling.files import SUFFIXES, images_in
from mmuda.jobs.tiling.reading import fill_values, read_window, reflected
from mmuda.jobs.tiling.spans import BLOCK_PX, Span, Tiling, cut, windows
from mmuda.jobs.tiling.strip import Part

__all__ = [
    'BLOCK_PX',
    'SUFFIXES',
    'Part',
    'Span',
    'Tiling',
    'blended',
    'cut',
    'fill_values',
    'images_in',
    'parts_of',
    'read_window',
    'reflected',
    'strips_of',
    'windows',
]
