"""Two areas as files: georeferenced, labelled alike as raster and as polygons."""

import numpy as np
import pyogrio
import rasterio
from rasterio.features import rasterize
from shapely import from_wkb

from mmuda.demo import BANDS, CLASSES
from mmuda.demo.areas import ATTRIBUTE, write_areas


def test_polygons_and_raster_say_the_same_and_the_areas_differ(tmp_path):
    files = write_areas(tmp_path, size_px=96)
    assert [f.name for f in files] == [
        *('a.tif', 'a_labels.tif', 'a.gpkg'),
        *('b.tif', 'b_labels.tif'),
    ]
    with rasterio.open(tmp_path / 'a_labels.tif') as raster:
        labels, where, crs = raster.read(1), raster.transform, raster.crs
    meta, _, outlines, (names,) = pyogrio.raw.read(tmp_path / 'a.gpkg')
    assert list(meta['fields']) == [ATTRIBUTE]
    drawn = rasterize(
        zip(from_wkb(outlines), map(CLASSES.index, names), strict=True),
        labels.shape,
        fill=255,
        transform=where,
    )
    assert (drawn == labels).all()
    with rasterio.open(tmp_path / 'a.tif') as a, rasterio.open(tmp_path / 'b.tif') as b:
        assert a.descriptions == b.descriptions == BANDS
        assert a.crs == crs != b.crs
        assert a.res[0] < b.res[0]
        assert (a.dataset_mask() == 255).all()
        mask = b.dataset_mask()
        assert not mask[:, :40].any()
        assert mask[:, 40:].all()
    with rasterio.open(tmp_path / 'b_labels.tif') as raster:
        assert (raster.read(1) == 255).sum() == (mask == 0).sum()
        assert set(np.unique(raster.read(1))) <= {*range(6), 255}
