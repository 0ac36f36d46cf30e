"""Where pixels lie on the ground, and reading rasters pixel by pixel on one grid."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.io import DatasetReader
from rasterio.transform import array_bounds, from_origin
from rasterio.warp import calculate_default_transform, reproject
from rasterio.warp import transform_bounds as _transform_bounds

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.windows import Box

# Coordinates of images that lie nowhere: metres of some plane.
NOWHERE = CRS.from_wkt('LOCAL_CS["image",UNIT["metre",1]]')
SAME = 1e-3  # relative difference of pixel sizes, or a shift in pixels, that is none


@dataclass(frozen=True)
class Grid:
    """Pixels on the ground.

    Args:
        height: Rows.
        width: Columns.
        transform: From (column, row) to coordinates.
        crs: Of these; :data:`NOWHERE` for images without georeference.
    """

    height: int
    width: int
    transform: Affine
    crs: CRS

    @property
    def gsd_m(self) -> float | None:
        """Metres per pixel; None where pixels are not square, or not in metres."""
        a, b, _, d, e, *_ = self.transform
        if self.crs.is_geographic or b or d or not math.isclose(a, -e, rel_tol=SAME):
            return None
        return a * metres_per_unit(self.crs)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north."""
        return array_bounds(self.height, self.width, self.transform)

    def part(self, box: Box) -> 'Grid':
        """The pixels of a box."""
        moved = self.transform @ Affine.translation(box.column, box.row)
        return Grid(box.height, box.width, moved, self.crs)


def lies_nowhere(grid: Grid) -> bool:
    """Whether a grid is that of an image without any georeference."""
    return grid.crs == NOWHERE and not (grid.transform.c or grid.transform.f)


def named(crs: CRS) -> str:
    """A short name of a coordinate reference system."""
    code = crs.to_authority()
    return ':'.join(code) if code else crs.to_wkt().split('"')[1]


def metres_per_unit(crs: CRS) -> float:
    """Metres per unit of projected coordinates: 0.3048 for feet."""
    return 1.0 if crs == NOWHERE else crs.linear_units_factor[1]


def grid_of(raster: DatasetReader, image_gsd_m: float | None = None) -> Grid:
    """Where the pixels of a file lie.

    Args:
        raster: The file.
        image_gsd_m: Metres per pixel where the file has no georeference; 1 by default.

    Raises:
        ValueError: If it has control points in place of a georeference.
    """
    if raster.gcps[0] and raster.transform.is_identity:
        raise ValueError(
            f'{raster.name}: has control points but no georeference, expected one: '
            'run gdalwarp on it first'
        )
    transform, size = raster.transform, image_gsd_m or 1.0
    if transform.is_identity:
        return Grid(*raster.shape, from_origin(0, 0, size, size), NOWHERE)
    return Grid(*raster.shape, transform, raster.crs or NOWHERE)


def grid_to_prepare(grid: Grid, gsd_m: float | None) -> Grid:
    """The grid that a scene is prepared on: square pixels in metres, north up.

    Args:
        grid: Of the scene.
        gsd_m: Metres per pixel; None for the scene's own.

    Returns:
        ``grid`` itself where it will do.
    """
    own = grid.gsd_m
    if own is not None and (gsd_m is None or math.isclose(own, gsd_m, rel_tol=SAME)):
        return grid
    if own is not None:
        size = gsd_m / metres_per_unit(grid.crs)
        stretch = size / grid.transform.a
        height, width = (max(1, round(n / stretch)) for n in (grid.height, grid.width))
        west, _, _, north = grid.bounds
        return Grid(height, width, from_origin(west, north, size, size), grid.crs)
    crs = _utm(grid) if grid.crs.is_geographic else grid.crs
    size = None if gsd_m is None else gsd_m / metres_per_unit(crs)
    transform, width, height = calculate_default_transform(
        grid.crs, crs, grid.width, grid.height, *grid.bounds, resolution=size
    )
    return Grid(height, width, transform, crs)


def _utm(grid: Grid) -> CRS:
    """The UTM zone of the middle of a grid in degrees."""
    west, south, east, north = transform_bounds(grid, CRS.from_epsg(4326))
    zone = int(((west + east) / 2 + 180) // 6) % 60 + 1
    return CRS.from_epsg((32600 if south + north >= 0 else 32700) + zone)


def transform_bounds(grid: Grid, crs: CRS) -> tuple[float, float, float, float]:
    """West, south, east and north of a grid in other coordinates."""
    if grid.crs == crs:
        return grid.bounds
    return _transform_bounds(grid.crs, crs, *grid.bounds, densify_pts=21)


def overlaps(one: Grid, other: Grid) -> bool:
    """Whether two grids have a part of the ground in common."""
    west, south, east, north = transform_bounds(other, one.crs)
    left, bottom, right, top = one.bounds
    return west < right and left < east and south < top and bottom < north


def shift(grid: Grid, of: Grid) -> tuple[int, int] | None:
    """Row and column of ``grid`` at which ``of`` begins, if pixels coincide."""
    if grid.crs != of.crs:
        return None
    steps = ~grid.transform @ of.transform
    exact = (round(steps.c), round(steps.f))
    same = np.allclose(tuple(steps)[:6], (1, 0, exact[0], 0, 1, exact[1]), atol=SAME)
    return (exact[1], exact[0]) if same else None


@dataclass(frozen=True)
class RasterOnGrid:
    """A file whose pixels are read on another grid.

    Args:
        file: The file.
        grid: Where its own pixels lie.
        onto: The grid to read on.
        indexes: Numbers, from 1, of the bands to read.
        categories: Whether pixels are ids, not amounts: the nearest is taken instead
            of a mean.
    """

    file: Path
    grid: Grid
    onto: Grid
    indexes: Sequence[int]
    categories: bool = False

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of a box of ``onto``.

        Returns:
            Pixels (B, H, W) of the file's type and where they are valid, (H, W).
        """
        onto = self.onto.part(box)
        with open_raster(self.file) as raster:
            place = shift(self.grid, onto)
            if place is not None:
                return self._copy(raster, Box(*place, box.height, box.width))
            return self._warp(raster, onto)

    def _copy(self, raster: DatasetReader, box: Box) -> tuple[np.ndarray, np.ndarray]:
        inside = _clip(box, raster.shape)
        shape = box.height, box.width
        pixels = np.zeros((len(self.indexes), *shape), raster.dtypes[0])
        valid = np.zeros(shape, bool)
        if inside is not None:
            rows, columns = inside.row - box.row, inside.column - box.column
            here = np.s_[rows : rows + inside.height, columns : columns + inside.width]
            pixels[(slice(None), *here)], valid[here] = self._read(raster, inside)
        return pixels, valid

    def _read(self, raster: DatasetReader, box: Box) -> tuple[np.ndarray, np.ndarray]:
        window, indexes = box.of_rasterio(), list(self.indexes)
        pixels = raster.read(indexes, window=window)
        if self.categories:  # what is no class is the legend's to say
            return pixels, np.ones(pixels.shape[1:], bool)
        invalid = invalid_pixels(raster, indexes, window) | ~np.isfinite(pixels).all(0)
        return pixels, ~invalid

    def _warp(self, raster: DatasetReader, onto: Grid) -> tuple[np.ndarray, np.ndarray]:
        around = self._source_box(onto)
        shape = (onto.height, onto.width)
        if around is None:
            empty = np.zeros((len(self.indexes), *shape), raster.dtypes[0])
            return empty, np.zeros(shape, bool)
        pixels, valid = self._read(raster, around)
        dtype = pixels.dtype
        where = self.grid.part(around)
        if self.categories:
            moved = _reproject(pixels, where, onto, Resampling.nearest)
            inside = _reproject(valid[None], where, onto, Resampling.nearest)[0] > 0
            return moved.astype(dtype), inside
        finer = self._pixels_per_pixel(onto) > 1
        method = Resampling.average if finer else Resampling.bilinear
        weight = _reproject(valid[None], where, onto, method)[0]
        pixels = np.where(valid, pixels, 0)  # weighs nothing
        moved = _reproject(pixels, where, onto, method) / np.maximum(weight, 1e-6)
        if dtype.kind in 'iu':
            limits = np.iinfo(dtype)
            moved = moved.round().clip(limits.min, limits.max)
        return moved.astype(dtype), weight > 0.5

    def _source_box(self, onto: Grid) -> Box | None:
        """The own pixels that a part of the other grid needs."""
        west, south, east, north = transform_bounds(onto, self.grid.crs)
        back = ~self.grid.transform
        corners = [back @ (x, y) for x in (west, east) for y in (south, north)]
        columns, rows = zip(*corners, strict=True)
        spare = math.ceil(2 * max(1, self._pixels_per_pixel(onto)))
        top, left = math.floor(min(rows)) - spare, math.floor(min(columns)) - spare
        bottom, right = math.ceil(max(rows)) + spare, math.ceil(max(columns)) + spare
        box = Box(top, left, bottom - top, right - left)
        return _clip(box, (self.grid.height, self.grid.width))

    def _pixels_per_pixel(self, onto: Grid) -> float:
        """Own pixels along a side of a pixel of the other grid, by area."""
        west, south, east, north = transform_bounds(onto, self.grid.crs)
        area = abs((east - west) * (north - south) / self.grid.transform.determinant)
        return math.sqrt(area / (onto.height * onto.width))


def _reproject(
    pixels: np.ndarray, where: Grid, onto: Grid, method: Resampling
) -> np.ndarray:
    """Float32 (B, H, W) on another grid, 0 outside."""
    moved = np.zeros((len(pixels), onto.height, onto.width), np.float32)
    # Of equal systems any will do: GDAL knows no way from NOWHERE to itself.
    same = CRS.from_epsg(3857) if where.crs == onto.crs else None
    reproject(
        pixels.astype(np.float32),
        moved,
        src_transform=where.transform,
        src_crs=same or where.crs,
        dst_transform=onto.transform,
        dst_crs=same or onto.crs,
        resampling=method,
        init_dest_nodata=False,
    )
    return moved


def _clip(box: Box, shape: tuple[int, int]) -> Box | None:
    top, left = max(box.row, 0), max(box.column, 0)
    bottom = min(box.row + box.height, shape[0])
    right = min(box.column + box.width, shape[1])
    if top >= bottom or left >= right:
        return None
    return replace(box, row=top, column=left, height=bottom - top, width=right - left)
