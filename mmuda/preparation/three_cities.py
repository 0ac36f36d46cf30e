"""Scenes of 3Cities: Hannover, Buxtehude and Nienburg (not public).

A city is one tile of 2 km x 2 km at 20 cm: ``*_col.tif`` (red, green, blue),
``*_ir.tif`` and ``ground_truth.geojson.xz``. Near-infrared, red and green are used,
as in Sect. 5.1 of the SemSim paper.
"""

import json
import lzma
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.features import rasterize
from rasterio.transform import array_bounds, from_origin
from rasterio.windows import Window
from rasterio.windows import transform as window_transform

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.taxonomy import read_mapping
from mmuda.preparation.scene import IGNORED, Scene, resample

BANDS = ('nir', 'red', 'green')
GSD_M = 0.2
PATCHES_PER_SIDE = 4
UTM_32N = CRS.from_epsg(25832)  # UTM zone 32 north
# Easting and northing of each tile's lower-left corner, for tiles without georeference.
LOWER_LEFT = {
    'hannover': (550_000, 5_802_000),
    'buxtehude': (546_000, 5_924_000),
    'nienburg': (514_000, 5_830_000),
}
# (row, column) of the patches left out: the Eilenriede is a forest, nearly all tree.
LEFT_OUT = {'hannover': {(0, 3)}}
# Train id of each ``klasse``.
TRAIN_IDS = read_mapping('lgn15_to_isprs6').label_map()


def three_city_scenes(raw: str | Path, city: str) -> dict[str, Callable[[], Scene]]:
    """The patches of a city by name, ``<city>_<row>_<column>``, read when called.

    Args:
        raw: Folder that holds the city's three files, at any depth.
        city: ``hannover``, ``buxtehude`` or ``nienburg``.

    Raises:
        ValueError: If the city is unknown, or the tile has not the expected form.
        FileNotFoundError: If a file is missing.
    """
    if city not in LOWER_LEFT:
        raise ValueError(f'city must be one of {", ".join(LOWER_LEFT)}, got {city!r}')
    colour_file = _only(raw, '*_col.tif')
    infrared_file = _only(raw, '*_ir.tif')
    label_file = _only(raw, 'ground_truth.geojson.xz')
    shape, transform = _grid(colour_file, city)
    if (found := _grid(infrared_file, city)[0]) != shape:
        raise ValueError(
            f'{infrared_file}: {found} pixels, expected those of {colour_file}, {shape}'
        )

    @cache  # made when the first patch asks, then shared by all
    def labels() -> np.ndarray:
        return rasterize_labels(label_file, shape, transform)

    def read(row: int, column: int) -> Scene:
        side = shape[0] // PATCHES_PER_SIDE
        window = Window(column * side, row * side, side, side)
        image = np.dstack(
            [
                _read_window(infrared_file, (1,), window),
                _read_window(colour_file, (1, 2), window),
            ]
        )
        patch_labels = labels()[window.toslices()].copy()
        here = window_transform(window, transform)
        scene = Scene(image, patch_labels, BANDS, abs(transform.a), here, UTM_32N)
        return resample(scene, GSD_M)

    side = range(PATCHES_PER_SIDE)
    patches = [(row, column) for row in side for column in side]
    return {
        f'{city}_{row}_{column}': partial(read, row, column)
        for row, column in patches
        if (row, column) not in LEFT_OUT.get(city, ())
    }


def rasterize_labels(
    file: str | Path, shape: tuple[int, int], transform: Affine
) -> np.ndarray:
    """Train ids of the polygons in a packed GeoJSON.

    Polygons are drawn class by class from ``klasse`` 15 down to 1, so that where they
    overlap the lower one stays. A pixel is within a polygon if its centre is.

    Args:
        file: ``*.geojson.xz``, in the coordinates of ``transform``.
        shape: Height and width in pixels.
        transform: From (column, row) to coordinates.

    Returns:
        Ids 0 to 5, and 255 where no polygon lies, shape ``shape``, uint8.

    Raises:
        ValueError: If the file can not be read, a ``klasse`` is not one of 1 to 15, or
            no polygon lies within the tile.
    """
    polygons = sorted(_polygons(file), key=lambda polygon: -polygon[0])
    labels = np.full(shape, IGNORED, np.uint8)
    if polygons:
        shapes = [(geometry, TRAIN_IDS[klasse]) for klasse, geometry in polygons]
        rasterize(shapes, out=labels, transform=transform)
    if (labels == IGNORED).all():
        left, bottom, right, top = array_bounds(*shape, transform)
        raise ValueError(
            f'{file}: none of its {len(polygons)} polygons lies within the tile, '
            f'easting {left:g} to {right:g}, northing {bottom:g} to {top:g}'
        )
    return labels


def _polygons(file: str | Path) -> list[tuple[int, dict]]:
    try:
        with lzma.open(file, 'rt', encoding='utf-8') as text:
            features = json.load(text)['features']
    except (lzma.LZMAError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f'{file}: not a GeoJSON packed with xz ({error})') from error
    polygons = []
    for number, feature in enumerate(features):
        klasse = (feature.get('properties') or {}).get('klasse')
        if klasse not in TRAIN_IDS:
            raise ValueError(
                f'{file}: feature {number} has klasse {klasse!r}, expected 1 to '
                f'{len(TRAIN_IDS)}'
            )
        polygons.append((int(klasse), feature['geometry']))
    return polygons


def _only(raw: str | Path, pattern: str) -> Path:
    if not Path(raw).is_dir():
        raise FileNotFoundError(f'{raw}: no such folder')
    found = sorted(Path(raw).rglob(pattern))
    if not found:
        raise FileNotFoundError(f'no file {pattern} in {raw} or below')
    if len(found) > 1:
        raise ValueError(
            f'{len(found)} files {pattern} below {raw}, expected one: name the folder '
            f'of one city, such as {found[0].parent}'
        )
    return found[0]


def _grid(file: Path, city: str) -> tuple[tuple[int, int], Affine]:
    """Height and width in pixels, and the transform to coordinates."""
    with open_raster(file) as raster:
        (height, width), transform = raster.shape, raster.transform
    if height != width or height % PATCHES_PER_SIDE:
        raise ValueError(
            f'{file}: {height} x {width} pixels, expected a square whose side can be '
            f'divided by {PATCHES_PER_SIDE}'
        )
    if transform.is_identity:
        left, bottom = LOWER_LEFT[city]
        transform = from_origin(left, bottom + height * GSD_M, GSD_M, GSD_M)
    return (height, width), transform


def _read_window(file: Path, bands: tuple[int, ...], window: Window) -> np.ndarray:
    with open_raster(file) as raster:
        if raster.count < len(bands) or raster.dtypes[0] != 'uint8':
            raise ValueError(
                f'{file}: {raster.count} bands of {raster.dtypes[0]}, expected at '
                f'least {len(bands)} of uint8'
            )
        return np.moveaxis(raster.read(bands, window=window), 0, -1)
