"""The scenes and labels of a request, looked at before anything is written."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmuda.datasets.rasters import band_names, open_raster
from mmuda.datasets.taxonomy import IGNORED
from mmuda.datasets.transforms.raster import LoadRaster
from mmuda.datasets.windows import Box
from mmuda.preparation.own.grid import (
    NOWHERE,
    Grid,
    RasterOnGrid,
    grid_of,
    grid_to_prepare,
    lies_nowhere,
    named,
    overlaps,
    shift,
)
from mmuda.preparation.own.legend import (
    Legend,
    legend_of_classes,
    legend_of_taxonomy,
    legend_of_values,
    share_text,
)
from mmuda.preparation.own.polygons import (
    Polygons,
    PolygonsOnGrid,
    read_polygons,
    uncovered_id,
)
from mmuda.preparation.own.request import Request, is_polygons, labels_of
from mmuda.preparation.own.writing import pieces

Tell = Callable[[str], None]


@dataclass(frozen=True)
class SceneToPrepare:
    """A scene, where it comes from and what it becomes.

    Args:
        file: The raster.
        labels: Its labels, if any.
        image: Reads it on the grid that is written.
        bands: Names of the bands that are taken.
        dtype: Type of its pixels.
    """

    file: Path
    labels: Path | None
    image: RasterOnGrid
    bands: tuple[str, ...]
    dtype: str

    @property
    def name(self) -> str:
        """Of the files that are written."""
        return self.file.stem

    @property
    def grid(self) -> Grid:
        """That it is written on."""
        return self.image.onto


def look_at_scenes(request: Request, tell: Tell) -> list[SceneToPrepare]:
    """Find out what each scene is, and refuse those that do not fit together.

    Args:
        request: What is asked for.
        tell: Is given a line on all that is changed.

    Raises:
        ValueError: If a band is missing, a resolution unknown, or scenes differ in
            bands or type.
    """
    scenes = [_look(*pair, request, tell) for pair in labels_of(request).items()]
    first = scenes[0]
    for scene in scenes:
        for what in ('bands', 'dtype'):
            found, expected = getattr(scene, what), getattr(first, what)
            if found != expected:
                raise ValueError(
                    f'{scene.file}: {what} {_text(found)}, expected those of '
                    f'{first.file}, {_text(expected)}'
                )
    return scenes


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ', '.join(value)


def _look(
    file: Path, labels: Path | None, request: Request, tell: Tell
) -> SceneToPrepare:
    with open_raster(file) as raster:
        bands, indexes = _bands(raster, request.bands)
        if len(indexes) < raster.count and request.bands is None:
            tell(
                f'{file}: band {raster.count} is marked as alpha and left out; to take '
                'it, name all by --bands'
            )
        grid, dtype = grid_of(raster, request.image_gsd_m), raster.dtypes[0]
    unknown = lies_nowhere(grid) and not request.image_gsd_m
    if unknown and request.gsd_m:
        raise ValueError(
            f'{file}: no georeference, expected --image-gsd, its metres per pixel, '
            f'to make them {request.gsd_m:g}'
        )
    onto = grid_to_prepare(grid, request.gsd_m)
    if onto is not grid:
        tell(f'{file}: {_described(grid)} becomes {_described(onto)}')
    image = RasterOnGrid(file, grid, onto, indexes)
    return SceneToPrepare(file, labels, image, bands, dtype)


def _described(grid: Grid) -> str:
    where = '' if grid.crs == NOWHERE else f' in {named(grid.crs)}'
    size = (
        f'{grid.transform.a:.3g} units' if grid.gsd_m is None else f'{grid.gsd_m:.4g} m'
    )
    return f'{grid.height} x {grid.width} pixels of {size}{where}'


def _bands(
    raster: object, asked: tuple[str, ...] | None
) -> tuple[tuple[str, ...], list[int]]:
    """Names and numbers of the bands to take."""
    names = band_names(raster)
    if asked is None:
        indexes = LoadRaster().indexes(raster)
        return tuple(names[i - 1] for i in indexes), indexes
    chosen, indexes = [], []
    for word in asked:
        name, equals, number = word.partition('=')
        band = number if equals else name
        (index,) = LoadRaster([int(band) if band.isdigit() else band]).indexes(raster)
        indexes.append(index)
        chosen.append(name.lower() if equals else names[index - 1])
    if len(set(chosen)) < len(chosen):
        raise ValueError(f'--bands names a band twice: {" ".join(asked)}')
    return tuple(chosen), indexes


class Labels:
    """What the labels of all scenes mean, and reading them.

    Args:
        scenes: The scenes.
        request: What is asked for.
        known: Classes and their colours that another folder has; None if any will do.

    Raises:
        ValueError: If nothing says what they mean, or they hold what has no meaning.
    """

    def __init__(
        self,
        scenes: list[SceneToPrepare],
        request: Request,
        known: Legend | None,
    ) -> None:
        self.request = request
        self._polygons: dict[Path, Polygons] = {}
        files = {scene.labels: scene for scene in scenes if scene.labels is not None}
        for file in filter(is_polygons, files):
            self._polygons[file] = read_polygons(file, request.attribute, request.layer)
        rasters = [file for file in files if not is_polygons(file)]
        counts = {file: count_ids(file) for file in rasters}
        self.legend = self._legend(known, counts) if files else known
        if known and self.legend.classes != known.classes:
            raise ValueError(
                f'{request.like} has the classes {", ".join(known.classes)}, asked for '
                f'are {", ".join(self.legend.classes)}: they must be the same'
            )
        for file in rasters:
            with open_raster(file) as raster:
                nodata = raster.nodata
            self.legend.check(counts[file], file, nodata)

    def _legend(
        self, known: Legend | None, counts: dict[Path, dict[int, int]]
    ) -> Legend:
        request = self.request
        if request.values:
            return legend_of_values(request.values)
        if request.taxonomy or request.mapping:
            return legend_of_taxonomy(request.taxonomy, request.mapping)
        if self._polygons and (request.classes or not known):
            first = next(iter(self._polygons.values()))
            return first.legend(request.classes, request.background)
        if request.classes:
            return legend_of_classes(request.classes)
        if known:
            return known
        file, found = next(iter(counts.items()))
        raise ValueError(
            f'{file}: holds the ids {share_text(found, found)}, say what they are by '
            '--classes (for 0, 1, 2, ...), --values ID=NAME ... or --taxonomy'
        )

    def reader(self, scene: SceneToPrepare, tell: Tell) -> Callable[[Box], np.ndarray]:
        """What reads the train ids of a box of a scene.

        Raises:
            ValueError: If labels lie elsewhere than their scene.
        """
        file = scene.labels
        if file in self._polygons:
            return self._drawn(scene, self._polygons[file], tell)
        with open_raster(file) as raster:
            grid = grid_of(raster, self.request.image_gsd_m)
        grid = _placed(file, grid, scene)
        if shift(scene.image.grid, grid) != (0, 0):
            tell(f'{file}: {_described(grid)}, aligned with {scene.file}')
        ids = RasterOnGrid(file, grid, scene.grid, [1], categories=True)

        def read(box: Box) -> np.ndarray:
            raw, inside = ids.read(box)
            return np.where(inside, self.legend.train_ids(raw[0]), IGNORED)

        return read

    def _drawn(
        self, scene: SceneToPrepare, polygons: Polygons, tell: Tell
    ) -> Callable[[Box], np.ndarray]:
        if scene.grid.crs == NOWHERE:
            raise ValueError(
                f'{scene.file}: no georeference, expected one to draw polygons of '
                f'{polygons.file} on it'
            )
        background = self.request.background
        train_ids = polygons.train_ids(self.legend, background)
        uncovered = uncovered_id(self.legend, background)
        drawn = PolygonsOnGrid(polygons, train_ids, scene.grid, uncovered)
        if not drawn.covers():
            raise ValueError(
                f'{polygons.file}: none of its {len(polygons.shapes)} polygons lies '
                f'within {scene.file}, {_bounds(scene.grid)}'
            )
        if polygons.crs != scene.grid.crs:
            before, after = named(polygons.crs), named(scene.grid.crs)
            tell(f'{polygons.file}: {before} becomes {after}')
        return drawn.read


def _placed(file: Path, grid: Grid, scene: SceneToPrepare) -> Grid:
    """Where a label raster lies: on its scene, if it does not say."""
    own = scene.image.grid
    if lies_nowhere(grid):
        if (grid.height, grid.width) != (own.height, own.width):
            raise ValueError(
                f'{file}: labels of {grid.height} x {grid.width} pixels without '
                f'georeference, expected {own.height} x {own.width} as in {scene.file}'
            )
        return own
    if NOWHERE in (own.crs, grid.crs):
        grid = replace(grid, crs=own.crs)
    if not overlaps(own, grid):
        raise ValueError(
            f'{file}: labels of {_bounds(grid)} do not overlap {scene.file} of '
            f'{_bounds(own)}'
        )
    return grid


def _bounds(grid: Grid) -> str:
    west, south, east, north = (f'{b:.10g}' for b in grid.bounds)
    code = '' if grid.crs == NOWHERE else f' ({named(grid.crs)})'
    return f'{west} to {east}, {south} to {north}{code}'


def count_ids(file: Path) -> dict[int, int]:
    """Number of pixels of each id in a label raster, read piece by piece.

    Raises:
        ValueError: If it does not hold one band of integers.
    """
    counts: dict[int, int] = {}
    with open_raster(file) as raster:
        if raster.count != 1 or 'int' not in raster.dtypes[0]:
            raise ValueError(
                f'{file}: {raster.count} bands of {raster.dtypes[0]}, expected one '
                'band of integer class ids'
            )
        for box in pieces(grid_of(raster)):
            ids, numbers = np.unique(
                raster.read(1, window=box.of_rasterio()), return_counts=True
            )
            for class_id, number in zip(ids.tolist(), numbers.tolist(), strict=True):
                counts[class_id] = counts.get(class_id, 0) + number
    return counts


def common_gsd(scenes: list[SceneToPrepare], image_gsd_m: float | None) -> float | None:
    """Metres per pixel of all scenes; None where nothing says.

    Raises:
        ValueError: If they differ.
    """
    first, found = scenes[0], scenes[0].grid.gsd_m
    for scene in scenes:
        if not math.isclose(scene.grid.gsd_m, found, rel_tol=1e-2):
            raise ValueError(
                f'{scene.file}: {scene.grid.gsd_m:.4g} m per pixel, {first.file} has '
                f'{found:.4g}: say what all are to have by --gsd'
            )
    unknown = image_gsd_m is None and all(lies_nowhere(s.image.grid) for s in scenes)
    return None if unknown else found
