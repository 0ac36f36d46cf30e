"""A labelled image of a city at a known resolution."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from affine import Affine
from rasterio.crs import CRS

from mmuda.datasets.rasters import band_names, encode_geotiff, open_raster
from mmuda.files import write_atomically

IGNORED = 255  # label of a pixel that counts nowhere


@dataclass(frozen=True)
class Scene:
    """An image, its labels and where they lie.

    Args:
        image: Shape (H, W, B), uint8.
        labels: Class ids from 0, 255 where a pixel is to be ignored (no label or no
            valid image), shape (H, W), uint8.
        bands: Name of each band.
        gsd_m: Ground sampling distance in metres per pixel.
        transform: From (column, row) to coordinates of ``crs``, if known.
        crs: Coordinate reference system, if known.

    Raises:
        ValueError: If shapes or types do not fit.
    """

    image: np.ndarray
    labels: np.ndarray
    bands: tuple[str, ...]
    gsd_m: float
    transform: Affine | None = None
    crs: CRS | None = None

    def __post_init__(self) -> None:
        if self.image.shape != (*self.labels.shape, len(self.bands)):
            raise ValueError(
                f'image of shape {self.image.shape} does not fit labels of shape '
                f'{self.labels.shape} and the {len(self.bands)} bands {self.bands}'
            )
        if {self.image.dtype, self.labels.dtype} != {np.dtype(np.uint8)}:
            raise ValueError(
                f'image and labels must be uint8, got {self.image.dtype} and '
                f'{self.labels.dtype}'
            )


def in_band_groups(
    image: np.ndarray, operation: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Apply an operation of OpenCV, which knows at most 4 bands, to any number.

    Args:
        image: Shape (H, W, B).
        operation: Takes (H, W, up to 4), may drop the last axis of a single band.

    Returns:
        The results side by side, shape (H', W', B).
    """
    groups = [image[..., b : b + 4] for b in range(0, image.shape[-1], 4)]
    return np.dstack([operation(group) for group in groups])


def resample(scene: Scene, gsd_m: float) -> Scene:
    """The scene at another ground sampling distance (metres per pixel).

    The image is averaged over the area of each new pixel (bilinear when it grows);
    a label is the one at the new pixel's centre, so that no class is made up.
    """
    if math.isclose(scene.gsd_m, gsd_m, rel_tol=1e-3):
        return scene
    old = scene.labels.shape
    height, width = (max(1, round(length * scene.gsd_m / gsd_m)) for length in old)
    method = cv2.INTER_AREA if gsd_m > scene.gsd_m else cv2.INTER_LINEAR
    rows = ((np.arange(height) + 0.5) * old[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * old[1] / width).astype(int)
    return replace(
        scene,
        image=in_band_groups(
            scene.image,
            lambda group: cv2.resize(group, (width, height), interpolation=method),
        ),
        labels=scene.labels[np.ix_(rows, columns)],
        gsd_m=gsd_m,
        transform=_stretch(scene.transform, old[1] / width, old[0] / height),
    )


def _stretch(transform: Affine | None, x: float, y: float) -> Affine | None:
    """The transform of pixels ``x`` times as wide and ``y`` times as high."""
    if transform is None:
        return None
    a, b, c, d, e, f, *_ = transform
    return Affine(a * x, b * y, c, d * x, e * y, f)


def scene_files(path_stem: str | Path) -> tuple[Path, Path]:
    """The image file and the label file of a scene."""
    return Path(f'{path_stem}.tif'), Path(f'{path_stem}_label.tif')


def write_scene(path_stem: str | Path, scene: Scene) -> None:
    """Write ``<path_stem>.tif`` and, last, ``<path_stem>_label.tif`` (GeoTIFF)."""
    image_file, label_file = scene_files(path_stem)
    image_file.parent.mkdir(parents=True, exist_ok=True)
    where = {'crs': scene.crs, 'transform': scene.transform}
    tags = {'gsd_m': scene.gsd_m}
    for file, pixels, bands in (
        (image_file, scene.image, scene.bands),
        (label_file, scene.labels, ('label',)),
    ):
        with write_atomically(file, 'wb') as out:
            out.write(encode_geotiff(pixels, bands, tags, **where))


def read_scene(path_stem: str | Path) -> Scene:
    """Read what :func:`write_scene` wrote.

    Raises:
        FileNotFoundError: If one of the two files is missing.
        ValueError: If a file can not be read or the two do not fit.
    """
    image_file, label_file = scene_files(path_stem)
    with open_raster(label_file) as raster:
        labels = raster.read(1)
    with open_raster(image_file) as raster:
        gsd_m = raster.tags().get('gsd_m')
        if gsd_m is None:
            raise ValueError(f'{image_file}: no tag gsd_m, expected a prepared scene')
        return Scene(
            # In one piece, or OpenCV would copy the scene for every patch.
            image=np.ascontiguousarray(np.moveaxis(raster.read(), 0, -1)),
            labels=labels,
            bands=band_names(raster),
            gsd_m=float(gsd_m),
            transform=None if raster.transform.is_identity else raster.transform,
            crs=raster.crs,
        )
