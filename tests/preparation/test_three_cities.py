import json
import lzma
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import from_origin

from mmuda.datasets.city import CLASSES
from mmuda.datasets.rasters import encode_geotiff
from mmuda.preparation.three_cities import (
    rasterize_labels,
    three_city_scenes,
)

TOOL = Path(__file__).parents[2] / 'tools' / 'dataset_converters' / 'three_cities.py'
SIDE = 64
LEFT, TOP = 550_000, 5_802_000 + SIDE * 0.2
TILE = from_origin(LEFT, TOP, 0.2, 0.2)


def rectangle(klasse, row, column, height, width, *holes):
    """A polygon of whole pixels; a hole is again (row, column, height, width)."""

    def ring(row, column, height, width):
        left, top = LEFT + column * 0.2, TOP - row * 0.2
        right, bottom = left + width * 0.2, top - height * 0.2
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return [*corners, corners[0]]

    rings = [ring(row, column, height, width), *(ring(*hole) for hole in holes)]
    return {
        'type': 'Feature',
        'properties': {'klasse': klasse, 'id': 1},
        'geometry': {'type': 'Polygon', 'coordinates': rings},
    }


def write_polygons(file, features):
    with lzma.open(file, 'wt') as text:
        json.dump({'type': 'FeatureCollection', 'features': features}, text)


def colour_tile():
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.stack([x, y, 0 * x + 200], -1).astype(np.uint8)


def infrared_tile():
    return (colour_tile()[..., 0] + colour_tile()[..., 1]).astype(np.uint8)


def hannover(root, located=True, features=None):
    """Hannover as the loader of the data's owner expects it, in small."""
    where = {'transform': TILE, 'crs': CRS.from_epsg(25832)} if located else {}
    (root / 'dom').mkdir(parents=True)
    (root / 'dom' / 'dom_cleaned.tif').write_bytes(b'unused')
    (root / 'tile_col.tif').write_bytes(encode_geotiff(colour_tile(), 'rgb', **where))
    (root / 'tile_ir.tif').write_bytes(encode_geotiff(infrared_tile(), 'i', **where))
    features = features or [rectangle(1, 0, 0, SIDE, SIDE), rectangle(2, 17, 3, 5, 2)]
    write_polygons(root / 'ground_truth.geojson.xz', features)
    return root


def test_classes(tmp_path):
    features = [rectangle(k, 4 * k - 4, 2, 3, 5) for k in range(1, 16)]
    write_polygons(tmp_path / 'a.xz', features)
    labels = rasterize_labels(tmp_path / 'a.xz', (SIDE, SIDE), TILE)
    names = [CLASSES[labels[4 * k - 3, 4]] for k in range(1, 16)]
    assert dict(enumerate(names, start=1)) == {
        1: 'tree',
        2: 'building',
        3: 'car',
        4: 'clutter',  # objects
        5: 'impervious_surface',  # tracks
        6: 'impervious_surface',  # streets
        7: 'impervious_surface',  # traffic routes
        8: 'clutter',  # water
        9: 'impervious_surface',  # sealed surfaces
        10: 'low_vegetation',  # fields with vegetation
        11: 'low_vegetation',  # fields without vegetation
        12: 'low_vegetation',  # fields
        13: 'low_vegetation',
        14: 'low_vegetation',  # unsealed surfaces
        15: 'clutter',  # surfaces
    }
    assert (labels != 255).sum() == 15 * 15


def test_lower_class_overwrites(tmp_path):
    """Random rectangles, against drawing them one by one by hand."""
    rng = np.random.default_rng(0)
    table = [3, 1, 4, 5, 0, 0, 0, 5, 0, 2, 2, 2, 2, 2, 5]
    boxes = [
        (int(rng.integers(1, 16)), *rng.integers(0, 30, 4).tolist()) for _ in range(60)
    ]
    boxes = [(k, r, c, h + 1, w + 1) for k, r, c, h, w in boxes]
    write_polygons(tmp_path / 'a.xz', [rectangle(*box) for box in boxes])
    expected = np.full((SIDE, SIDE), 255)
    for klasse in range(15, 0, -1):
        for k, row, column, height, width in boxes:
            if k == klasse:
                expected[row : row + height, column : column + width] = table[k - 1]
    labels = rasterize_labels(tmp_path / 'a.xz', (SIDE, SIDE), TILE)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, expected)


def test_holes_stay_open(tmp_path):
    features = [rectangle(6, 10, 10, 20, 20, (15, 15, 4, 6))]
    write_polygons(tmp_path / 'a.xz', features)
    labels = rasterize_labels(tmp_path / 'a.xz', (SIDE, SIDE), TILE)
    assert (labels[15:19, 15:21] == 255).all()
    assert (labels == 0).sum() == 20 * 20 - 4 * 6


@pytest.mark.parametrize('located', [True, False])
def test_patches(tmp_path, located):
    scenes = three_city_scenes(hannover(tmp_path, located), 'hannover')
    assert len(scenes) == 15
    assert 'hannover_0_3' not in scenes  # the Eilenriede
    scene = scenes['hannover_1_0']()
    assert (scene.bands, scene.gsd_m) == (('nir', 'red', 'green'), 0.2)
    y, x = np.mgrid[16:32, :16]
    np.testing.assert_array_equal(scene.image, np.stack([x + y, x, y], -1))
    assert (scene.labels == 3).all()  # trees (1) overwrite buildings (2)
    assert scene.crs == CRS.from_epsg(25832)
    assert scene.transform.almost_equals(from_origin(LEFT, TOP - 3.2, 0.2, 0.2), 1e-6)


def test_labels_of_a_patch_are_where_the_polygon_is(tmp_path):
    features = [rectangle(13, 0, 0, SIDE, SIDE), rectangle(2, 17, 35, 5, 2)]
    scenes = three_city_scenes(hannover(tmp_path, features=features), 'hannover')
    expected = np.full((16, 16), 2)
    expected[1:6, 3:5] = 1
    np.testing.assert_array_equal(scenes['hannover_1_2']().labels, expected)


@pytest.mark.parametrize('city', ['buxtehude', 'nienburg'])
def test_other_cities_have_all_patches(tmp_path, city):
    assert len(three_city_scenes(hannover(tmp_path), city)) == 16


def test_rejects_missing_files(tmp_path):
    with pytest.raises(ValueError, match=r'one of hannover, .* got .paris.'):
        three_city_scenes(tmp_path, 'paris')
    with pytest.raises(FileNotFoundError, match='nowhere: no such folder'):
        three_city_scenes(tmp_path / 'nowhere', 'hannover')
    with pytest.raises(FileNotFoundError, match=r'no file \*_col\.tif in .* or below'):
        three_city_scenes(tmp_path, 'hannover')
    hannover(tmp_path / 'a')
    (tmp_path / 'a' / 'ground_truth.geojson.xz').unlink()
    with pytest.raises(FileNotFoundError, match=r'no file ground_truth\.geojson\.xz'):
        three_city_scenes(tmp_path, 'hannover')


def test_rejects_several_cities_at_once(tmp_path):
    hannover(tmp_path / 'a')
    hannover(tmp_path / 'b')
    with pytest.raises(ValueError, match=r'2 files \*_col\.tif below .* expected one'):
        three_city_scenes(tmp_path, 'hannover')


def test_rejects_tiles_that_differ(tmp_path):
    hannover(tmp_path)
    content = encode_geotiff(infrared_tile()[:32, :32], 'i')
    (tmp_path / 'tile_ir.tif').write_bytes(content)
    with pytest.raises(ValueError, match=r'tile_ir\.tif: \(32, 32\) pixels, expected'):
        three_city_scenes(tmp_path, 'hannover')


def test_rejects_a_tile_that_is_no_square(tmp_path):
    hannover(tmp_path)
    (tmp_path / 'tile_col.tif').write_bytes(encode_geotiff(colour_tile()[:32], 'rgb'))
    with pytest.raises(
        ValueError, match=r'tile_col\.tif: 32 x 64 pixels, expected a sq'
    ):
        three_city_scenes(tmp_path, 'hannover')


def test_rejects_bad_polygons(tmp_path):
    file, shape = tmp_path / 'a.xz', (SIDE, SIDE)
    file.write_bytes(b'not packed')
    with pytest.raises(ValueError, match=r'a\.xz: not a GeoJSON packed with xz'):
        rasterize_labels(file, shape, TILE)
    write_polygons(file, [rectangle(1, 0, 0, 9, 9), rectangle(16, 0, 0, 9, 9)])
    with pytest.raises(ValueError, match=r'a\.xz: feature 1 has klasse 16, expected 1'):
        rasterize_labels(file, shape, TILE)
    write_polygons(file, [rectangle(1, 0, 900, 9, 9)])
    with pytest.raises(ValueError, match='none of its 1 polygons lies within the tile'):
        rasterize_labels(file, shape, TILE)


def test_tool(tmp_path, monkeypatch, capsys):
    options = [
        '--patches-per-image',
        '2',
        '--size',
        '8',
        '--out',
        str(tmp_path / 'out'),
    ]
    raw = str(hannover(tmp_path / 'raw'))
    monkeypatch.setattr(sys, 'argv', ['three_cities.py', 'hannover', raw, *options])
    runpy.run_path(str(TOOL), run_name='__main__')
    manifest = json.loads((tmp_path / 'out' / 'manifest.json').read_text())
    assert (manifest['train']['patches'], manifest['val']['patches']) == (20, 20)
    monkeypatch.setattr(sys, 'argv', ['three_cities.py', 'hannover', 'nowhere'])
    with pytest.raises(SystemExit, match='2'):
        runpy.run_path(str(TOOL), run_name='__main__')
    assert capsys.readouterr().err == 'error: nowhere: no such folder\n'
