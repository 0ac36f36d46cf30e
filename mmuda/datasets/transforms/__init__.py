"""Transforms that MMSeg lacks."""

from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster

__all__ = ['LoadLabels', 'LoadRaster']
