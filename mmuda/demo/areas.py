"""Two made-up areas as georeferenced files: what ``mmuda adapt`` begins with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
import shapely
from rasterio.features import shapes
from rasterio.transform import Affine, from_origin
from shapely.geometry import shape

from mmuda.demo.cities import BANDS, CITIES, CLASSES
from mmuda.demo.scene import render_scene

ATTRIBUTE = 'class'


@dataclass(frozen=True)
class Area:
    """Where a made-up town lies, and how it was photographed.

    Args:
        name: Of its files.
        city: Name of the demo city.
        crs: Coordinate reference system.
        corner: Upper left, in metres.
        gsd_m: Metres per pixel.
        empty_px: Columns on the left that the flight did not cover.
    """

    name: str
    city: str
    crs: str
    corner: tuple[float, float]
    gsd_m: float
    empty_px: int = 0


# Two zones of UTM, two cameras: as two surveys differ.
AREAS = (
    Area('a', 'hannover', 'EPSG:25832', (550_000, 5_802_000), 0.2),
    Area('b', 'vaihingen', 'EPSG:32633', (312_000, 5_420_000), 0.25, 40),
)


def write_areas(folder: str | Path, size_px: int = 1024) -> list[Path]:
    """Write scenes of two towns and what is on the ground there.

    ``a.tif`` and ``b.tif``: four bands of 8 bits with their names, 0 where there is no
    image. ``a.gpkg`` and ``b.gpkg``: polygons, the name of their class in ``class``;
    those of B are to measure a map with, not to make it.

    Args:
        folder: Where to write.
        size_px: Height and width of the scenes.

    Returns:
        The files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return [file for area in AREAS for file in _write(area, folder, size_px)]


def _write(area: Area, folder: Path, size_px: int) -> list[Path]:
    image, labels = render_scene(CITIES[area.city], 0, size_px, gsd_m=area.gsd_m)
    image = np.maximum(image, 1).transpose(2, 0, 1)  # 0 is kept for nodata
    image[:, :, : area.empty_px] = 0
    labels[:, : area.empty_px] = 255
    where = from_origin(*area.corner, area.gsd_m, area.gsd_m)
    files = [folder / f'{area.name}.tif', folder / f'{area.name}.gpkg']
    _write_raster(files[0], image, area, where)
    _write_polygons(files[1], labels, area, where)
    return files


def _write_raster(file: Path, pixels: np.ndarray, area: Area, where: Affine) -> None:
    count, height, width = pixels.shape
    sides = dict(count=count, height=height, width=width, dtype=pixels.dtype)
    tiles = dict(tiled=True, blockxsize=256, blockysize=256, compress='deflate')
    # Else GDAL takes the fourth band for transparency.
    place = dict(crs=area.crs, transform=where, nodata=0, photometric='minisblack')
    with rasterio.open(file, 'w', **sides, **tiles, **place) as raster:
        raster.write(pixels)
        raster.descriptions = BANDS


def _write_polygons(file: Path, labels: np.ndarray, area: Area, where: Affine) -> None:
    found = [*shapes(labels, labels != 255, transform=where)]
    pyogrio.raw.write(
        file,
        shapely.to_wkb([shape(outline) for outline, _ in found]),
        [np.array([CLASSES[int(n)] for _, n in found], object)],
        [ATTRIBUTE],
        geometry_type='Polygon',
        crs=area.crs,
    )
