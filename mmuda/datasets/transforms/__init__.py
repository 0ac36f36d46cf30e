"""Transforms that MMSeg lacks."""

from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster, PackRaster

__all__ = ['LoadLabels', 'LoadRaster', 'PackRaster']
