"""Rasters that are read back before they take their place."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetWriter

from mmuda.files import no_space, temporary_name

RESERVE = 2**20  # bytes; a disk with fewer of them is full


@contextmanager
def write_verified(file: Path, **profile: object) -> Iterator[DatasetWriter]:
    """Open a raster for writing; it appears, whole and legible, when the block ends.

    On a full disk GDAL fails now when it writes, now when it closes the file, and then
    without a word. So what it wrote is read back, block by block, under a temporary
    name, and takes its place when all of it is what it says.

    Args:
        file: Where it shall be.
        **profile: Creation options of rasterio.

    Raises:
        OSError: If it can not be written, such as on a full disk.
    """
    with temporary_raster(file) as partial:
        with rasterio.open(partial, 'w', **profile) as raster:
            yield raster
        verify(partial)
        os.replace(partial, file)


@contextmanager
def temporary_raster(file: Path) -> Iterator[Path]:
    """A name to write ``file`` under; what is there in the end is removed.

    Raises:
        OSError: In place of an error of GDAL: of a full disk with the free space.
    """
    partial = temporary_name(file)
    try:
        yield partial
    except RasterioError as error:
        if shutil.disk_usage(file.parent).free < RESERVE:
            raise no_space(file) from error
        raise OSError(f'{file}: can not be written ({error})') from error
    finally:
        partial.unlink(missing_ok=True)


def verify(file: Path) -> None:
    """Read a raster from end to end.

    Raises:
        RasterioError: If a part of it can not be read or was never written, which a
            GeoTIFF has as pixels of 0.
    """
    with rasterio.open(file) as raster:
        tiled = raster.driver == 'GTiff'
        for (row, column), window in raster.block_windows(1):
            offset = f'BLOCK_OFFSET_{column}_{row}'
            if tiled and raster.get_tag_item(offset, 'TIFF', bidx=1) is None:
                raise RasterioError(f'block {row}, {column} was not written')
            raster.read(window=window)
            raster.dataset_mask(window=window)


def is_whole(file: Path) -> bool:
    """Whether a raster is there and can be read from end to end."""
    try:
        verify(file)
    except (RasterioError, OSError):
        return False
    return True
