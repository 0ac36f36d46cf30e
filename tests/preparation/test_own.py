"""Own scenes and labels: what is written, where it lies, what is refused."""

import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from mmseg.registry import DATASETS
from own_scenes import BANDS, CORNER, GSD, make, write_raster
from rasterio.shutil import copy
from rasterio.transform import from_origin
from rasterio.warp import transform

from mmuda.datasets.prepared import read_manifest, read_windows
from mmuda.preparation.own import HoldOut, Request, prepare, prepare_own, writing


@pytest.fixture
def folder(tmp_path):
    image, labels = make()
    write_raster(tmp_path / 'a.tif', image, names=BANDS)
    write_raster(tmp_path / 'a_labels.tif', labels)
    return tmp_path


def ask(folder, *, holdout=0.0, window=32, labels=('a_labels.tif',), **options):
    """A request for ``a.tif``."""
    scenes = options.pop('scenes', ('a.tif',))
    held = HoldOut(holdout, options.pop('block', 60), options.pop('margin', 8))
    words = dict(classes=('x', 'y', 'z')) if labels else {}
    words |= options
    return Request(
        tuple(folder / s for s in scenes),
        tuple(folder / file for file in labels),
        held,
        window_px=window,
        **words,
    )


def prepare_quietly(folder, out='out', **options):
    return prepare_own(ask(folder, **options), folder / out, quiet=True)


def read(file):
    with rasterio.open(file) as raster:
        about = dict(names=raster.descriptions, crs=raster.crs, lies=raster.transform)
        return raster.read(), raster.dataset_mask() > 0, SimpleNamespace(**about)


def test_bands_labels_and_place_are_kept(folder):
    image, labels = make()
    made = prepare_quietly(folder, bands=('nir', 'r=1', '2'))
    pixels, valid, about = read(folder / 'out/scenes/a.tif')
    np.testing.assert_array_equal(pixels, image[[3, 0, 1]])
    assert valid.all()
    assert about.names == ('nir', 'r', 'green')
    assert tuple(made['bands']) == about.names
    assert about.lies == from_origin(*CORNER, GSD, GSD)
    assert about.crs == rasterio.crs.CRS.from_epsg(25832)
    np.testing.assert_array_equal(read(folder / 'out/labels/a.tif')[0], labels)
    assert made['gsd_m'] == pytest.approx(GSD)


def test_a_coarser_resolution_is_the_mean_of_what_is_seen(folder):
    """Of three by three pixels; a label is that of the one in the middle."""
    image, labels = make()
    image = image.astype(np.uint16)
    image[:, :3, :6] = 0
    image[1, 3, 6] = 0  # one of nine pixels
    write_raster(folder / 'a.tif', image, nodata=0)
    prepare_quietly(folder, gsd_m=3 * GSD)
    pixels, valid, _ = read(folder / 'out/scenes/a.tif')
    seen = (image > 0).all(0)
    cells = (4, 30, 3, 40, 3)
    total = np.where(seen, image, 0).reshape(cells).sum((2, 4))
    count = seen.reshape(cells[1:]).sum((1, 3))
    np.testing.assert_array_equal(valid, count > 4.5)
    mean = (total / np.maximum(count, 1))[:, valid]
    np.testing.assert_allclose(pixels[:, valid], mean, atol=0.501)
    found = read(folder / 'out/labels/a.tif')[0]
    np.testing.assert_array_equal(found, labels[:, 1::3, 1::3])


@pytest.mark.parametrize('piece', [2048, 64])
def test_degrees_become_metres(folder, monkeypatch, piece):
    """A value that grows with longitude is found where the longitude is."""
    monkeypatch.setattr(writing, 'PIECE_PX', piece)
    step = 3e-6
    columns = np.arange(150, dtype=np.float32)
    image = np.broadcast_to(columns, (1, 100, 150)).copy()
    write_raster(folder / 'a.tif', image, 'EPSG:4326', (9.7, 52.4), step)
    made = prepare_quietly(folder, labels=(), gsd_m=0.25)
    pixels, valid, about = read(folder / 'out/scenes/a.tif')
    assert about.crs.to_epsg() == 32632
    assert (about.lies.a, -about.lies.e) == (0.25, 0.25) == (made['gsd_m'],) * 2
    rows, cols = np.nonzero(valid)
    assert len(rows) > 5000
    xs, ys = about.lies @ (cols + 0.5, rows + 0.5)
    longitude, _ = transform(about.crs, 'EPSG:4326', xs, ys)
    expected = (np.array(longitude) - 9.7) / step - 0.5
    inside = (expected > 2) & (expected < 147)
    found = pixels[0][rows, cols]
    np.testing.assert_allclose(found[inside], expected[inside], atol=0.1)


def test_labels_of_another_extent_and_system_are_aligned(folder):
    """Half a scene of labels, and the same in another zone: the rest is ignored."""
    _, labels = make()
    there = (CORNER[0] + 60 * GSD, CORNER[1])
    write_raster(folder / 'a_labels.tif', labels[:, :, 60:], corner=there)
    made = prepare_quietly(folder)
    found = read(folder / 'out/labels/a.tif')[0]
    np.testing.assert_array_equal(found[:, :, 60:], labels[:, :, 60:])
    assert (found[:, :, :60] == 255).all()
    assert 'aligned with' in made['notes'][0]

    xs, ys = transform('EPSG:25832', 'EPSG:25833', [CORNER[0]], [CORNER[1]])
    one = np.ones((1, 400, 400), np.uint8)
    write_raster(folder / 'a_labels.tif', one, 'EPSG:25833', (xs[0] - 30, ys[0] + 30))
    prepare_quietly(folder, 'other')
    assert (read(folder / 'other/labels/a.tif')[0] == 1).all()


def test_polygons_are_drawn_where_they_lie(folder):
    """In degrees, over the centres of pixels; the later in the file stays."""
    rng = np.random.default_rng(1)
    centres = np.array(CORNER) + rng.uniform((0, -18), (24, 0), (6, 2))
    shapes = shapely.buffer(shapely.points(centres), 4)
    kinds = np.array(['road', 'field', 'road', 'field', 'road', 'road'], object)
    pyogrio.raw.write(
        folder / 'a.gpkg',
        shapely.to_wkb(
            shapely.transform(
                shapes,
                lambda p: np.column_stack(transform('EPSG:25832', 'EPSG:4326', *p.T)),
            )
        ),
        [kinds],
        ['kind'],
        geometry_type='Polygon',
        crs='EPSG:4326',
    )
    made = prepare_quietly(folder, labels=('a.gpkg',), classes=None)
    assert made['classes'] == ['field', 'road']
    found = read(folder / 'out/labels/a.tif')[0][0]
    columns, rows = np.meshgrid(np.arange(120) + 0.5, np.arange(90) + 0.5)
    xs, ys = CORNER[0] + GSD * columns, CORNER[1] - GSD * rows
    expected = np.full((90, 120), 255)
    for shape, kind in zip(shapes, kinds, strict=True):
        expected[shapely.contains_xy(shape, xs, ys)] = kind == 'road'
    assert (found != expected).mean() < 1e-3  # edges on centres, to the millimetre
    assert set(np.unique(found)) == {0, 1, 255}

    asked = dict(background='none', values=('road=way', 'field=none'), classes=None)
    made = prepare_quietly(folder, 'other', labels=('a.gpkg',), **asked)
    found = read(folder / 'other/labels/a.tif')[0][0]
    assert made['classes'] == ['way', 'none']
    np.testing.assert_array_equal(found, np.where(expected == 1, 0, 1))


def test_statistics_are_those_of_the_windows_to_train_on(folder):
    image, labels = make()
    made = prepare_quietly(folder, holdout=0.25)
    pixels, known = [], np.zeros(3, int)
    for split, _, sample, _ in read_windows(folder / 'out'):
        at = sample.window
        here = np.s_[:, at.row : at.row + at.height, at.column : at.column + at.width]
        if split == 'train':
            pixels.append(image[here].reshape(4, -1))
            known += np.bincount(labels[here].ravel(), minlength=3)
    together = np.concatenate(pixels, axis=1)
    np.testing.assert_allclose(made['mean'], together.mean(1), rtol=1e-5)
    np.testing.assert_allclose(made['std'], together.std(1), rtol=1e-5)
    assert list(made['class_pixels']['train'].values()) == known.tolist()


def test_nothing_held_out_is_near_what_is_trained_on(folder):
    image, labels = make(440, 560)
    write_raster(folder / 'a.tif', image)
    write_raster(folder / 'a_labels.tif', labels)
    prepare_quietly(folder, holdout=0.3, block=110, margin=20, window=40)
    trained, held = np.zeros((440, 560), bool), np.zeros((440, 560), bool)
    for split, _, sample, _ in read_windows(folder / 'out'):
        box = sample.cell if split == 'train' else sample.window
        part = trained if split == 'train' else held
        part[box.row : box.row + box.height, box.column : box.column + box.width] = True
    grown = cv2.dilate(held.astype(np.uint8), np.ones((39, 39), np.uint8))
    assert not (grown.astype(bool) & trained).any()
    assert 0.12 < held.mean() < 0.3
    assert trained.mean() > 0.65


def test_windows_without_image_are_left_out(folder):
    image = make(100, 130)[0][:, :96, :128]
    image[:, :, :70] = 0
    write_raster(folder / 'a.tif', image, nodata=0)
    made = prepare_quietly(folder, labels=())
    assert made['windows_left_out'] == 6
    columns = [s.window.column for *_, s, _ in read_windows(folder / 'out')]
    assert min(columns) == 64


def dataset(root, split='train', labels=True, **options):
    steps = [dict(type='LoadRaster'), dict(type='LoadLabels'), dict(type='PackRaster')]
    prefix = dict(img_path='scenes', seg_map_path='labels')
    if not labels:
        del steps[1], prefix['seg_map_path']
    settings = dict(type='PreparedDataset', data_root=str(root), split=split)
    return DATASETS.build(dict(settings, data_prefix=prefix, pipeline=steps, **options))


def test_a_prepared_folder_is_a_data_set(folder):
    image, labels = make()
    prepare_quietly(folder, holdout=0.25, values=('0=x', '1=y', '2=ignore'), classes=())
    train, val = (dataset(folder / 'out', split) for split in ('train', 'val'))
    assert train.metainfo['classes'] == ('x', 'y')
    assert len(train) + len(val) == len(read_windows(folder / 'out'))
    for sample in val:
        at = sample['data_samples'].window
        here = np.s_[:, at.row : at.row + at.height, at.column : at.column + at.width]
        np.testing.assert_array_equal(sample['inputs'], image[here])
        truth = np.where(labels[here] == 2, 255, labels[here])
        np.testing.assert_array_equal(sample['data_samples'].gt_sem_seg.data, truth)


def test_photos_and_masks_of_0_and_255(folder):
    """No georeference, sizes that differ, the commonest masks of two classes."""
    rng = np.random.default_rng(0)
    for name, size in (('p', 40), ('q', 64)):
        photo = rng.integers(255, size=(size, size, 3), dtype=np.uint8)
        mask = 255 * rng.integers(2, size=(size, size), dtype=np.uint8)
        for kind, pixels in (('photos', photo), ('masks', mask)):
            (folder / kind).mkdir(exist_ok=True)
            cv2.imwrite(str(folder / kind / f'{name}.png'), pixels)
    asked = dict(scenes=('photos',), labels=('masks',))
    with pytest.raises(ValueError, match=r'only, and 255 means ignored; .* 255=z,'):
        prepare_quietly(folder, **asked)
    values = dict(values=('0=none', '255=road'), classes=None)
    made = prepare_quietly(folder, **asked, **values)
    assert made['classes'] == ['none', 'road']
    assert made['gsd_m'] is None
    found = read(folder / 'out/labels/q.tif')[0][0]
    np.testing.assert_array_equal(found * 255, mask)
    assert len(dataset(folder / 'out')) == 4 + 4


def test_a_mosaic_is_a_scene(folder):
    copy(str(folder / 'a.tif'), str(folder / 'm.vrt'), driver='VRT')
    prepare_quietly(folder, scenes=('m.vrt',))
    pixels = read(folder / 'out/scenes/m.tif')[0]
    np.testing.assert_array_equal(pixels, make()[0])


def test_like_another_folder(folder):
    """Bands, resolution and classes of the source; a folder without labels."""
    prepare_quietly(folder, bands=('nir', 'red'), gsd_m=0.4)
    write_raster(folder / 'b.tif', make(seed=1)[0], names=BANDS, size=0.1)
    asked = dict(scenes=('b.tif',), labels=(), like=folder / 'out')
    made = prepare_quietly(folder, 'b', **asked)
    source = read_manifest(folder / 'out')
    for key in ('bands', 'gsd_m', 'classes', 'palette'):
        assert made[key] == source[key]
    assert not made['labelled']
    assert dataset(folder / 'b', labels=False).metainfo['classes'] == ('x', 'y', 'z')
    with pytest.raises(ValueError, match='has no labels: it can be a target'):
        dataset(folder / 'b')
    with pytest.raises(ValueError, match='has the bands nir, red, asked for are red'):
        prepare_quietly(folder, 'c', **asked, bands=('red', 'nir'))


def test_labels_that_only_measure(folder):
    prepare_quietly(folder, holdout=1.0)
    assert len(dataset(folder / 'out', 'val')) == 3 * 4
    assert len(dataset(folder / 'out', labels=False)) == 3 * 4
    with pytest.raises(ValueError, match='holds out all its labels'):
        dataset(folder / 'out')


def test_goes_on_after_an_interruption(folder, monkeypatch):
    write_raster(folder / 'b.tif', make(seed=1)[0], names=BANDS)
    write_raster(folder / 'b_labels.tif', make(seed=1)[1])
    both = dict(
        scenes=('a.tif', 'b.tif'), labels=('a_labels.tif', 'b_labels.tif'), holdout=0.3
    )
    prepare_quietly(folder, 'whole', **both)

    plain = writing.write_labels

    def stop(file, *rest):
        if file.name == 'b.tif':
            raise KeyboardInterrupt
        plain(file, *rest)

    monkeypatch.setattr(prepare, 'write_labels', stop)
    with pytest.raises(KeyboardInterrupt):
        prepare_quietly(folder, **both)
    with pytest.raises(FileNotFoundError, match='out was begun, not completed: make'):
        read_manifest(folder / 'out')
    with pytest.raises(ValueError, match=r'holds a data set with bands None; asked'):
        prepare_quietly(folder, **both, bands=('red',))
    before = (folder / 'out/scenes/b.tif').stat().st_mtime_ns
    monkeypatch.setattr(prepare, 'write_labels', plain)
    prepare_quietly(folder, **both)
    assert (folder / 'out/scenes/b.tif').stat().st_mtime_ns == before
    files = sorted(p for p in (folder / 'whole').rglob('*') if p.is_file())
    assert len(files) == 6
    for file in files:
        other = folder / 'out' / file.relative_to(folder / 'whole')
        assert file.read_bytes() == other.read_bytes()
    assert sorted(p.name for p in (folder / 'out').rglob('.*')) == []


BAD = {
    'no file': (dict(scenes=('z.tif',)), r'z\.tif: no such file or folder'),
    'no label': (
        dict(scenes=('a.tif', 'b.tif'), labels=('a_labels.tif', 'a.tif')),
        r'b\.tif has no labels: expected b or b_labels among',
    ),
    'band': (dict(bands=('ir',)), r"no band 'ir', expected one of red, green"),
    'band twice': (dict(bands=('1', 'red')), 'names a band twice: 1 red'),
    'ids': (
        dict(classes=('x', 'y')),
        r'ids 2 \(\d+\.?\d* %\) mean nothing, expected 0, 1, 255; .* 2=NAME',
    ),
    'no legend': (dict(classes=None), r'holds the ids 0 \(.*\), 1 .*say what they are'),
    'value': (dict(classes=None, values=('road',)), "takes ID=NAME, .* got 'road'"),
    'two legends': (dict(taxonomy='isprs6'), '--classes and --taxonomy exclude each'),
    'not ids': (dict(labels=('a.tif',)), '4 bands of uint8, expected one band of'),
    'one block': (dict(holdout=0.2, block=500), '1 blocks have labels, expected at'),
    'share': (dict(holdout=2.0), 'holdout must be between 0 and 1, got 2'),
    'far': (dict(labels=('far.tif',)), r'far\.tif: labels of .* do not overlap'),
    'size': (dict(labels=('small.tif',)), r'labels of 9 x 9 pixels without georef'),
    'polygons': (dict(labels=('no.gpkg',)), r'no\.gpkg: no polygons that can be read'),
    'gsd': (dict(scenes=('plain.tif',), labels=(), gsd_m=1.0), 'expected --image-gsd'),
    'negative': (dict(gsd_m=-1.0), 'gsd_m must be above 0, got -1'),
    'types': (
        dict(scenes=('a.tif', 'b.tif'), labels=()),
        r'b\.tif: dtype uint16, expected those of .*a\.tif, uint8',
    ),
    'resolutions': (
        dict(scenes=('a.tif', 'c.tif'), labels=()),
        r'c\.tif: 1 m per pixel, .*a\.tif has 0\.2: say what all are to have by --gsd',
    ),
    'empty': (
        dict(scenes=('empty.tif',), labels=()),
        'every window has more than 50 %',
    ),
    'background': (
        dict(labels=('p.geojson',), background='sea', values=('1=x',), classes=None),
        '--background sea is no class, expected one of x',
    ),
    'attribute': (dict(labels=('p.geojson',), attribute='k'), 'no attribute k, expec'),
    'raster': (
        dict(layer='k'),
        r'--layer is about polygons, .*a_labels\.tif is a raster: leave it out',
    ),
}


@pytest.fixture(scope='module')
def bad_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bad')
    image, labels = make()
    write_raster(folder / 'a.tif', image, names=BANDS)
    write_raster(folder / 'a_labels.tif', labels)
    write_raster(folder / 'b.tif', image.astype(np.uint16), names=BANDS)
    write_raster(folder / 'c.tif', image, names=BANDS, size=1)
    write_raster(folder / 'far.tif', labels, corner=(0, 0))
    write_raster(folder / 'small.tif', labels[:, :9, :9], None)
    write_raster(folder / 'plain.tif', image, None)
    write_raster(folder / 'empty.tif', 0 * image, nodata=0)
    (folder / 'no.gpkg').write_text('nothing')
    square = shapely.box(550_000, 5_801_990, 550_010, 5_802_000)
    pyogrio.raw.write(
        folder / 'p.geojson',
        shapely.to_wkb(np.array([square])),
        [np.array([1])],
        ['kind'],
        geometry_type='Polygon',
        crs='EPSG:25832',
    )
    return folder


@pytest.mark.parametrize(('asked', 'message'), BAD.values(), ids=BAD)
def test_what_can_not_be_made_is_said_in_one_line(bad_files, asked, message, tmp_path):
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        prepare_own(ask(bad_files, **asked), tmp_path / 'out', quiet=True)
    assert '\n' not in str(error.value)
    assert not Path(tmp_path, 'out/manifest.json').exists()


def test_the_command(folder):
    from toy_run import mmuda

    words = ['prepare', '--scenes', folder / 'a.tif', '--out', folder / 'out']
    refused = mmuda(*words, '--labels', folder / 'a_labels.tif', check=False)
    assert refused.returncode == 2
    assert refused.stderr.count('\n') == 1
    words += ['--labels', folder / 'a_labels.tif', '--classes', 'x', 'y', 'z']
    words += ['--window-px', '16', '--holdout', '0.3', '--bands', '1', '2']
    said = mmuda(*words).stdout
    assert 'windows of 16 pixels at 0.2 m to train on' in said
    assert json.loads((folder / 'out/manifest.json').read_text())['labelled']
    assert 'is complete, nothing to do' in mmuda(*words).stdout
