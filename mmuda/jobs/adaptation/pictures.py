"""Small pictures of scenes and maps, for a page."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image
from rasterio.enums import Resampling

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.visualization import colourise, displayable

LONGEST_PX = 900
NOTHING = (255, 255, 255)


def as_data_url(picture: np.ndarray) -> str:
    """A PNG within the page. ``picture``: uint8, (H, W, 3)."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, 'PNG', optimize=True)
    return 'data:image/png;base64,' + base64.b64encode(content.getvalue()).decode()


def of_scene(file: Path) -> np.ndarray:
    """A scene as one sees it, white where it is not valid; uint8, (H, W, 3)."""
    with open_raster(file) as raster:
        indexes = list(raster.indexes[:3])
        shape = _small(raster.height, raster.width)
        pixels = raster.read(
            indexes,
            out_shape=(len(indexes), *shape),
            resampling=Resampling.average,
        )
        if shape == (raster.height, raster.width):
            invalid = invalid_pixels(raster, indexes)
        else:
            masks = raster.read_masks(indexes, out_shape=(len(indexes), *shape))
            invalid = (masks == 0).any(0)
    picture = displayable(pixels.transpose(1, 2, 0))
    picture[invalid] = NOTHING
    return picture


def of_map(file: Path, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """A class map in its colours, white where there is none; uint8, (H, W, 3)."""
    classes, nodata = _thinned(file)
    picture = colourise(np.where(classes == nodata, 0, classes), palette)
    picture[classes == nodata] = NOTHING
    return picture


def of_confidence(file: Path) -> np.ndarray:
    """Probabilities from dark (0) to light (1), white where there are none."""
    values, nodata = _thinned(file, Resampling.average)
    colours = matplotlib.colormaps['viridis'](values / 10_000)[..., :3]
    picture = (255 * colours).astype(np.uint8)
    picture[values == nodata] = NOTHING
    return picture


def of_difference(one: Path, other: Path) -> tuple[np.ndarray, float]:
    """Where two maps say something else (dark), and on which share of their pixels."""
    (a, nodata), (b, _) = _thinned(one), _thinned(other)
    valid = (a != nodata) & (b != nodata)
    differ = valid & (a != b)
    picture = np.full((*a.shape, 3), NOTHING, np.uint8)
    picture[valid] = (225, 225, 225)
    picture[differ] = (160, 20, 60)
    return picture, float(differ.sum() / max(valid.sum(), 1))


def _thinned(
    file: Path, resampling: Resampling = Resampling.nearest
) -> tuple[np.ndarray, float]:
    with open_raster(file) as raster:
        shape = _small(raster.height, raster.width)
        return raster.read(1, out_shape=shape, resampling=resampling), raster.nodata


def _small(height: int, width: int) -> tuple[int, int]:
    factor = min(1.0, LONGEST_PX / max(height, width))
    return max(round(height * factor), 1), max(round(width * factor), 1)
