"""Labels from polygons: GeoPackage, GeoJSON, Shapefile and what else OGR reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.crs import CRS
from rasterio.features import rasterize
from rasterio.transform import array_bounds
from rasterio.warp import transform

from mmuda.datasets.taxonomy import IGNORED
from mmuda.datasets.windows import Box
from mmuda.preparation.own.grid import Grid
from mmuda.preparation.own.legend import Legend, legend_of_classes

SUFFIXES = ('.gpkg', '.geojson', '.json', '.shp', '.fgb', '.gml', '.kml')


@dataclass(frozen=True)
class Polygons:
    """Polygons of a file and what each stands for.

    Args:
        file: The file.
        shapes: Geometries, in the coordinates of ``crs``.
        values: Attribute of each; None where the file has none.
        crs: Coordinate reference system.
    """

    file: Path
    shapes: np.ndarray
    values: list[object] | None
    crs: CRS

    def legend(self, classes: Sequence[str] | None, background: str | None) -> Legend:
        """Classes by the attribute, where nobody names them."""
        names = classes or sorted(map(str, set(self.values or ())))
        if not names:
            raise ValueError(
                f'{self.file}: polygons without an attribute, name what they are by '
                '--classes'
            )
        before = [background] if background and background not in names else []
        return legend_of_classes([*before, *names])

    def train_ids(self, legend: Legend, background: str | None) -> np.ndarray:
        """Train id of each polygon.

        Raises:
            ValueError: If an attribute is no class of the legend.
        """
        if self.values is None:
            (only, *others) = [c for c in legend.classes if c != background]
            if others:
                raise ValueError(
                    f'{self.file}: polygons have no attribute to tell {only} from '
                    f'{others[0]}, name one by --attribute'
                )
            return np.full(len(self.shapes), legend.classes.index(only))
        ids = [legend.train_id(value) for value in self.values]
        if None in ids:
            unknown = [v for v, i in zip(self.values, ids, strict=True) if i is None]
            share = 100 * len(unknown) / len(ids)
            names = ', '.join(sorted({str(v) for v in unknown})[:10])
            raise ValueError(
                f'{self.file}: {share:.3g} % of the polygons are {names}, expected '
                f'{", ".join(map(str, legend.table))}; say what they are by --values'
            )
        return np.array(ids)


def read_polygons(file: Path, attribute: str | None, layer: str | None) -> Polygons:
    """Read polygons.

    Args:
        file: In any format of OGR.
        attribute: The one that holds the class; by default the only one.
        layer: By default the only one.

    Raises:
        ValueError: If the file can not be read, or which layer or attribute is not
            clear.
    """
    try:
        layers = [name for name, _ in pyogrio.list_layers(file)]
        if layer is None and len(layers) > 1:
            raise ValueError(
                f'{file}: has layers {", ".join(layers)}, name one by --layer'
            )
        fields = list(pyogrio.read_info(file, layer=layer)['fields'])
        attribute = _attribute(file, fields, attribute)
        meta, _, shapes, columns = pyogrio.raw.read(
            file, layer=layer, columns=[attribute] if attribute else []
        )
    except (DataSourceError, DataLayerError) as error:
        raise ValueError(f'{file}: no polygons that can be read ({error})') from error
    if meta['crs'] is None:
        raise ValueError(
            f'{file}: has no coordinate reference system, expected one beside it (.prj)'
        )
    geometries = shapely.make_valid(shapely.from_wkb(shapes))
    values = columns[0].tolist() if attribute else None
    return Polygons(file, geometries, values, CRS.from_user_input(meta['crs']))


def _attribute(file: Path, fields: list[str], wanted: str | None) -> str | None:
    if wanted is not None and wanted not in fields:
        raise ValueError(
            f'{file}: no attribute {wanted}, expected one of {", ".join(fields)}'
        )
    if wanted is None and len(fields) > 1:
        raise ValueError(
            f'{file}: has attributes {", ".join(fields)}, name the one with the class '
            'by --attribute'
        )
    return wanted or (fields[0] if fields else None)


class PolygonsOnGrid:
    """Polygons drawn block by block; where they overlap the later in the file stays.

    A pixel is within a polygon if its centre is.

    Args:
        polygons: The polygons.
        train_ids: Of each.
        onto: The grid to draw on.
        uncovered: Train id where no polygon lies.
    """

    def __init__(
        self, polygons: Polygons, train_ids: np.ndarray, onto: Grid, uncovered: int
    ) -> None:
        self.onto, self.train_ids, self.uncovered = onto, train_ids, uncovered
        self.shapes = shapely.transform(
            polygons.shapes, _transformer(polygons.crs, onto.crs)
        )
        self.tree = shapely.STRtree(self.shapes)

    def covers(self) -> bool:
        """Whether any of them lies within the grid."""
        return bool(self.tree.query(shapely.box(*self.onto.bounds)).size)

    def read(self, box: Box) -> np.ndarray:
        """Train ids of a box, uint8 (H, W)."""
        here = self.onto.part(box)
        bounds = array_bounds(here.height, here.width, here.transform)
        labels = np.full((box.height, box.width), self.uncovered, np.uint8)
        found = np.sort(self.tree.query(shapely.box(*bounds)))
        drawn = [
            (shape, int(self.train_ids[i]))
            for i in found
            if not (shape := self.shapes[i]).is_empty
        ]
        if drawn:
            rasterize(drawn, out=labels, transform=here.transform)
        return labels


def _transformer(source: CRS, goal: CRS) -> Callable[[np.ndarray], np.ndarray]:
    def move(points: np.ndarray) -> np.ndarray:
        if source == goal or not len(points):
            return points
        return np.column_stack(transform(source, goal, points[:, 0], points[:, 1]))

    return move


def uncovered_id(legend: Legend, background: str | None) -> int:
    """Train id where no polygon lies: ignored, but for a background."""
    if background is None:
        return IGNORED
    if background not in legend.classes:
        raise ValueError(
            f'--background {background} is no class, expected one of '
            f'{", ".join(legend.classes)}'
        )
    return legend.classes.index(background)
