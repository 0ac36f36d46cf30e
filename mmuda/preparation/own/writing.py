"""Scenes and labels written tile by tile."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.io import DatasetWriter

from mmuda.datasets.windows import Box
from mmuda.preparation.own.grid import NOWHERE, Grid

TILE_PX = 256  # of the files: a window of training reads a few of them
PIECE_PX = 2048  # read and written at once

Read = Callable[[Box], tuple[np.ndarray, np.ndarray]]


def pieces(grid: Grid) -> Iterator[Box]:
    """Parts of a scene that together cover it."""
    for row in range(0, grid.height, PIECE_PX):
        for column in range(0, grid.width, PIECE_PX):
            height = min(PIECE_PX, grid.height - row)
            yield Box(row, column, height, min(PIECE_PX, grid.width - column))


@contextmanager
def _new_raster(file: Path, grid: Grid, **profile: object) -> Iterator[DatasetWriter]:
    """A GeoTIFF that appears, whole, when the block ends well."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f'.{file.name}.{os.getpid()}.tmp')
    where = {'transform': grid.transform, 'crs': grid.crs}
    if grid.crs == NOWHERE:
        where = {}
    options = dict(driver='GTiff', compress='deflate', bigtiff='if_safer', tiled=True)
    options |= dict(blockxsize=TILE_PX, blockysize=TILE_PX, interleave='pixel')
    try:
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_CACHEMAX=256),
            rasterio.open(
                partial,
                'w',
                height=grid.height,
                width=grid.width,
                **where,
                **options,
                **profile,
            ) as raster,
        ):
            yield raster
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)


def write_image(
    file: Path, grid: Grid, dtype: str, bands: Sequence[str], read: Read
) -> None:
    """Write a scene; what is no valid image is told by the file's mask."""
    predictor = 3 if np.dtype(dtype).kind == 'f' else 2
    profile = dict(count=len(bands), dtype=dtype, predictor=predictor)
    with _new_raster(file, grid, photometric='minisblack', **profile) as raster:
        raster.descriptions = tuple(bands)
        # GDAL takes the fourth band of 8 bits for alpha otherwise.
        raster.colorinterp = [ColorInterp.undefined] * len(bands)
        masks = []
        for box in pieces(grid):
            pixels, valid = read(box)
            raster.write(np.where(valid, pixels, 0), window=box.of_rasterio())
            masks.append((box, valid.all(), np.packbits(valid, axis=1)))
        # A mask costs time with every sample: most scenes need none.
        if not all(whole for _, whole, _ in masks):
            for box, _, packed in masks:
                valid = np.unpackbits(packed, axis=1, count=box.width) > 0
                raster.write_mask(valid, window=box.of_rasterio())


def write_labels(file: Path, grid: Grid, read: Callable[[Box], np.ndarray]) -> None:
    """Write train ids, 255 = ignored."""
    with _new_raster(file, grid, count=1, dtype='uint8', nodata=255) as raster:
        for box in pieces(grid):
            raster.write(read(box), 1, window=box.of_rasterio())
