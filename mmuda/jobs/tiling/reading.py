"""Reading a window of a raster, with what is not valid in it."""

from collections.abc import Sequence

import numpy as np
from rasterio.io import DatasetReader
from rasterio.windows import Window

from mmuda.datasets.rasters import invalid_pixels


def reflected(length: int, wanted: int) -> np.ndarray:
    """Indices of ``length`` pixels, continued by reflection up to ``wanted``."""
    place = np.arange(wanted) % max(2 * length - 2, 1)
    return np.minimum(place, 2 * length - 2 - place) if length > 1 else 0 * place


def read_window(
    raster: DatasetReader,
    indexes: Sequence[int],
    rows: tuple[int, int],
    columns: tuple[int, int],
    fill: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and which are valid.

    Args:
        raster: The scene.
        indexes: Numbers, from 1, of the bands.
        rows: First and end row; the end may lie below the scene, which is then
            continued by reflection.
        columns: Likewise.
        fill: Value of each band at invalid pixels; None to leave them.

    Returns:
        Pixels (bands, rows, columns) as they are stored, and bool (rows, columns).
    """
    here = [
        (start, min(end, length))
        for (start, end), length in zip((rows, columns), raster.shape, strict=True)
    ]
    window = Window.from_slices(*here)
    pixels = raster.read(list(indexes), window=window)
    invalid = invalid_pixels(raster, indexes, window)
    if pixels.dtype.kind == 'f':
        invalid |= ~np.isfinite(pixels).all(0)
    if fill is not None and invalid.any():
        pixels = np.where(invalid, fill[:, None, None], pixels)
    for axis, (wanted, (start, end)) in enumerate(
        zip((rows, columns), here, strict=True)
    ):
        if wanted[1] > end:
            # Reflected at the border of the scene, of which the window shows the end.
            taken = reflected(end - start, wanted[1] - start)
            pixels = pixels.take(taken, axis + 1)
            invalid = invalid.take(taken, axis)
    return pixels, ~invalid


def fill_values(raster: DatasetReader, indexes: Sequence[int]) -> np.ndarray:
    """A neutral value for each band: the mean over a thinned-out scene."""
    indexes = list(indexes)
    shape = min(raster.height, 256), min(raster.width, 256)
    pixels = raster.read(indexes, out_shape=(len(indexes), *shape))
    masks = raster.read_masks(indexes, out_shape=(len(indexes), *shape))
    valid = (masks > 0).all(0) & np.isfinite(pixels).all(0)
    means = pixels[:, valid].mean(1) if valid.any() else np.zeros(len(indexes))
    return means.astype(pixels.dtype)
