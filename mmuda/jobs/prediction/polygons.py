"""A map as polygons, for a geographic information system."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import rasterio.features
import shapely
from rasterio.io import DatasetReader

CHUNK = 50_000  # polygons written at a time
LAYER = 'map'


def write_polygons(
    file: Path,
    out: Path,
    classes: Sequence[str],
    sieve_px: int = 0,
    simplify: float = 0.0,
) -> int:
    """Write the connected areas of each class as polygons of a GeoPackage.

    Areas touch along edges. Each has ``class_id``, ``class`` and ``area`` in the units
    of the georeference. Where the map has no data there is no polygon.

    Args:
        file: The map, as :func:`~mmuda.jobs.prediction.predict` writes it.
        out: The GeoPackage; it appears whole or not at all.
        classes: Names of the classes.
        sieve_px: Areas of fewer pixels go to their largest neighbour; the map is then
            held in memory. 0 to leave them.
        simplify: Tolerance in units of the georeference; borders that two areas share
            stay shared. All polygons are then held in memory. 0 to leave them.

    Returns:
        The number of polygons.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f'.{out.stem}.{os.getpid()}.tmp.gpkg')
    partial.unlink(missing_ok=True)
    number = 0
    try:
        with rasterio.open(file) as raster:
            system = raster.crs.to_wkt() if raster.crs else None
            chunk = None if simplify else CHUNK
            for shapes, ids in _chunks(_areas(raster, sieve_px), chunk):
                if simplify:
                    shapes = shapely.coverage_simplify(shapes, simplify)
                _append(partial, shapes, ids, classes, system, number > 0)
                number += len(ids)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return number


def _areas(raster: DatasetReader, sieve_px: int) -> Iterator[tuple[object, int]]:
    """Polygon and class of each area."""
    source = rasterio.band(raster, 1)
    if sieve_px > 1:
        pixels = raster.read(1)
        kept = pixels != raster.nodata
        source = rasterio.features.sieve(pixels, sieve_px, mask=kept)
        source[~kept] = raster.nodata
    for shape, value in rasterio.features.shapes(source, transform=raster.transform):
        if value != raster.nodata:
            yield shapely.geometry.shape(shape), int(value)


def _chunks(
    areas: Iterator[tuple[object, int]], size: int | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """So many at a time; at least one chunk, perhaps an empty one."""
    shapes: list[object] = []
    ids: list[int] = []
    first = True
    for shape, value in areas:
        shapes.append(shape)
        ids.append(value)
        if len(ids) == size:
            yield np.array(shapes, object), np.array(ids)
            shapes, ids, first = [], [], False
    if ids or first:
        yield np.array(shapes, object), np.array(ids, int)


def _append(
    file: Path,
    shapes: np.ndarray,
    ids: np.ndarray,
    classes: Sequence[str],
    system: str | None,
    append: bool,
) -> None:
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    names = np.array([classes[i] for i in ids], object)
    pyogrio.raw.write(
        file,
        shapely.to_wkb(shapes),
        [ids.astype(np.int32), names, shapely.area(shapes)],
        ['class_id', 'class', 'area'],
        layer=LAYER,
        driver='GPKG',
        geometry_type='MultiPolygon',
        promote_to_multi=True,
        crs=system,
        append=append,
    )
