"""Opening and encoding raster files of any format that GDAL knows."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, MemoryFile
from rasterio.windows import Window

# Photos and label images rarely carry a georeference and need none here. Filtered
# for good: warnings.catch_warnings is not safe with threads that open files.
warnings.filterwarnings('ignore', category=NotGeoreferencedWarning)

# GDAL's fast way through a whole PNG takes the pixels of a damaged one for good.
os.environ['GDAL_PNG_WHOLE_IMAGE_OPTIM'] = 'NO'


@contextmanager
def open_raster(file: str | Path) -> Iterator[DatasetReader]:
    """Open a raster for reading; whatever fails in the block names the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If GDAL can not read it.
    """
    if not str(file).startswith('/vsi') and not Path(file).is_file():
        raise FileNotFoundError(f'{file}: no such file, expected a raster')
    try:
        with rasterio.open(file) as raster:
            yield raster
    except RasterioError as error:
        why = str(error).splitlines()[0]
        raise ValueError(f'{file}: not a raster that GDAL can read ({why})') from error


def band_names(raster: DatasetReader) -> tuple[str, ...]:
    """Lower-case name of each band: its description, else its colour.

    A band with neither is named by its number, from 1.
    """
    described = zip(raster.descriptions, raster.colorinterp, strict=True)
    return tuple(
        (description or ('' if colour.name == 'undefined' else colour.name)).lower()
        or str(number)
        for number, (description, colour) in enumerate(described, start=1)
    )


def ground_sampling_distance(raster: DatasetReader) -> float | None:
    """Metres per pixel; None for a file without a georeference in units of length."""
    if raster.crs is None or not raster.crs.is_projected:
        return None
    area = abs(raster.transform.determinant)
    return float(area**0.5 * raster.crs.linear_units_factor[1])


def invalid_pixels(
    raster: DatasetReader, indexes: Sequence[int], window: Window | None = None
) -> np.ndarray:
    """Where the bands hold no valid image: nodata, alpha or a mask say so.

    Args:
        raster: The file.
        indexes: Numbers, from 1, of the bands.
        window: The part to look at, by default all.

    Returns:
        Bool, shape (H, W).
    """
    # An alpha band or a mask is the same for all bands: it is read once.
    shared = MaskFlags.per_dataset in raster.mask_flag_enums[indexes[0] - 1]
    read = list(indexes[:1]) if shared else list(indexes)
    invalid = raster.read_masks(read, window=window) == 0
    # In 8 bits the nodata value is also an honest value of a single band, such as a
    # shadow's blue of 0; in wider types it lies outside the data, and one such band
    # spoils the pixel.
    return invalid.all(0) if raster.dtypes[0] == 'uint8' else invalid.any(0)


def encode_geotiff(
    pixels: np.ndarray,
    bands: Sequence[str],
    tags: dict[str, object] | None = None,
    **profile: object,
) -> bytes:
    """Content of a small deflated GeoTIFF.

    Args:
        pixels: Integers of shape (H, W, B), or (H, W) for one band.
        bands: Description of each band.
        tags: Metadata of the file.
        **profile: ``crs``, ``transform`` and further creation options of GDAL.
    """
    layers = np.moveaxis(np.atleast_3d(pixels), -1, 0)
    count, height, width = layers.shape
    shape = {'count': count, 'height': height, 'width': width, 'dtype': layers.dtype}
    packed = {'compress': 'deflate', 'predictor': 2, 'bigtiff': 'if_safer'}
    with MemoryFile() as memory:
        with memory.open(driver='GTiff', **shape, **packed, **profile) as raster:
            raster.write(layers)
            raster.descriptions = tuple(bands)
            raster.update_tags(**(tags or {}))
        return memory.read()
