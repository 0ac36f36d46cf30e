"""Two areas as files: georeferenced, labelled by polygons that cover them."""

import pyogrio
import pytest
import rasterio
from rasterio.features import rasterize
from shapely import from_wkb

from mmuda.demo import BANDS, CITIES, CLASSES, render_scene
from mmuda.demo.areas import AREAS, ATTRIBUTE, write_areas

SIZE = 96


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('areas')
    files = write_areas(folder, SIZE)
    assert [f.name for f in files] == ['a.tif', 'a.gpkg', 'b.tif', 'b.gpkg']
    return folder


@pytest.mark.parametrize('area', AREAS, ids=lambda area: area.name)
def test_polygons_are_what_is_on_the_ground(folder, area):
    meta, _, outlines, (names,) = pyogrio.raw.read(folder / f'{area.name}.gpkg')
    assert list(meta['fields']) == [ATTRIBUTE]
    with rasterio.open(folder / f'{area.name}.tif') as raster:
        ids = [CLASSES.index(name) for name in names]
        drawn = rasterize(
            zip(from_wkb(outlines), ids, strict=True),
            raster.shape,
            fill=255,
            transform=raster.transform,
        )
        assert raster.descriptions == BANDS
        covered = raster.dataset_mask() > 0
        assert raster.crs.to_string() == area.crs == meta['crs']
        assert raster.res == (area.gsd_m, area.gsd_m)
    _, labels = render_scene(CITIES[area.city], 0, SIZE, gsd_m=area.gsd_m)
    assert (drawn[covered] == labels[covered]).all()
    assert (drawn[~covered] == 255).all()
    assert not covered[:, : area.empty_px].any()
    assert covered[:, area.empty_px :].all()
