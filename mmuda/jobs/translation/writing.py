"""Writing a raster anew with other pixels: all else stays as it was."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader, DatasetWriter, MemoryFile
from rasterio.shutil import copy as copy_raster
from torch import Tensor

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.transforms import LoadRaster
from mmuda.datasets.verified import temporary_raster, write_verified
from mmuda.files import write_atomically
from mmuda.jobs.tiling import BLOCK_PX, Part

DRIVERS = {'.png': 'PNG', '.jpg': 'JPEG', '.jpeg': 'JPEG'}  # all others: GeoTIFF
CACHE_MIB = 256  # of GDAL, which takes a twentieth of the memory otherwise


def to_dtype(images: Tensor, dtype: np.dtype | str) -> Tensor:
    """Rounded and clipped to what an integer type can hold; floats as they are."""
    if np.dtype(dtype).kind == 'f':
        return images
    limits = np.iinfo(dtype)
    return images.round().clamp(limits.min, limits.max)


Strips = Callable[[DatasetReader, list[int]], Iterable[tuple[Part, np.ndarray]]]


def write_translation(
    file: Path, out: Path, bands: Sequence[str | int] | None, strips: Strips
) -> None:
    """Write a translated raster.

    Georeference, size, bands, their names, type and nodata are those of ``file``;
    bands that are not translated, such as alpha, are copied, and so are pixels
    without valid image. ``out`` is GeoTIFF, PNG or JPEG by its suffix, and appears
    whole or not at all.

    Args:
        file: The raster.
        out: Its translation.
        bands: See :class:`Route`.
        strips: Gives the translated strips of the opened raster and the numbers of
            its bands, as :func:`translate_rows` does.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    environment = dict(GDAL_CACHEMAX=CACHE_MIB, GDAL_TIFF_INTERNAL_MASK=True)
    driver = DRIVERS.get(out.suffix.lower())
    with ExitStack() as stack:
        geotiff = out if driver is None else stack.enter_context(temporary_raster(out))
        with rasterio.Env(**environment), open_raster(file) as raster:
            indexes = band_indexes(raster, bands)
            with write_verified(geotiff, **_profile(raster)) as written:
                _copy_description(raster, written)
                for part, strip in strips(raster, indexes):
                    _write(raster, written, indexes, part, strip)
        if driver is not None:
            with write_atomically(out, 'wb') as content:
                content.write(_converted(geotiff, driver))


def band_indexes(raster: DatasetReader, bands: Sequence[str | int] | None) -> list[int]:
    """Numbers of the bands that are translated; see :class:`Route`.

    Raises:
        ValueError: If the file lacks one of them.
    """
    return LoadRaster(bands).indexes(raster)


def _profile(raster: DatasetReader) -> dict:
    kept = {key: raster.profile[key] for key in ('dtype', 'nodata', 'crs', 'transform')}
    sides = dict(width=raster.width, height=raster.height, count=raster.count)
    packed = dict(compress='deflate', bigtiff='if_safer', interleave='pixel')
    packed['predictor'] = 3 if np.dtype(kept['dtype']).kind == 'f' else 2
    if min(raster.width, raster.height) >= BLOCK_PX:
        packed |= dict(tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX)
    return dict(driver='GTiff', **sides, **kept, **packed)


def _copy_description(raster: DatasetReader, written: DatasetWriter) -> None:
    written.descriptions = raster.descriptions
    written.colorinterp = raster.colorinterp
    written.scales, written.offsets = raster.scales, raster.offsets
    written.update_tags(**raster.tags())
    for index in raster.indexes:
        written.update_tags(index, **raster.tags(index))
    points, system = raster.gcps
    if points:
        written.gcps = points, system


def _has_mask(raster: DatasetReader) -> bool:
    """Whether a mask of its own, not a nodata value or alpha, says what is valid."""
    flags = raster.mask_flag_enums[0]
    return MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags


def _write(
    raster: DatasetReader,
    written: DatasetWriter,
    indexes: list[int],
    part: Part,
    strip: np.ndarray,
) -> None:
    window = part.window
    pixels = raster.read(window=window)
    chosen = [index - 1 for index in indexes]
    before = pixels[chosen]
    invalid = invalid_pixels(raster, indexes, window) | ~np.isfinite(before).all(0)
    translated = to_dtype(torch.from_numpy(strip), pixels.dtype).numpy()
    translated = _off_nodata(translated.astype(pixels.dtype), raster.nodata)
    pixels[chosen] = np.where(invalid, before, translated)
    written.write(pixels, window=window)
    if _has_mask(raster):
        written.write_mask(raster.dataset_mask(window=window), window=window)


def _off_nodata(pixels: np.ndarray, nodata: float | None) -> np.ndarray:
    """Pixels that would be read as nodata are moved by one grey level."""
    if nodata is None or not np.isfinite(nodata):
        return pixels
    hit = pixels == nodata
    # As in ``invalid_pixels``: in 8 bits all bands together say so.
    spoilt = hit.all(0) if pixels.dtype == np.uint8 else hit.any(0)
    if not spoilt.any():
        return pixels
    highest = np.inf if pixels.dtype.kind == 'f' else np.iinfo(pixels.dtype).max
    step = -1 if nodata >= highest else 1
    return np.where(hit & spoilt, pixels + pixels.dtype.type(step), pixels)


def _converted(file: Path, driver: str) -> bytes:
    """A GeoTIFF in another format."""
    options = dict(QUALITY=95) if driver == 'JPEG' else {}
    with rasterio.Env(GDAL_PAM_ENABLED=False), MemoryFile() as memory:
        copy_raster(str(file), memory.name, driver=driver, **options)
        return memory.read()
