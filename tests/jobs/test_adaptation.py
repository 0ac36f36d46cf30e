"""From two scenes to a map: what is made, that it goes on, what is refused."""

import io
import re

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rich.console import Console
from rich.text import Text

from mmuda.jobs.adaptation import AdaptationRequest
from mmuda.jobs.adaptation.display import Display
from mmuda.jobs.adaptation.pictures import of_difference
from mmuda.jobs.adaptation.runs import alone_in, follow, stretched
from mmuda.jobs.adaptation.score import score
from mmuda.jobs.adaptation.shares import shares_of_maps
from mmuda.jobs.config import load_config

CLASSES = ('field', 'forest')


def write(file, pixels, nodata=None, corner=(500_000, 5_800_000)):
    """A GeoTIFF of pixels (B, H, W) of half a metre."""
    count, height, width = pixels.shape
    sides = dict(count=count, height=height, width=width, dtype=pixels.dtype)
    place = dict(crs='EPSG:25832', transform=from_origin(*corner, 0.5, 0.5))
    with rasterio.open(
        file, 'w', driver='GTiff', nodata=nodata, **sides, **place
    ) as to:
        to.write(pixels)
    return file


def scene(seed, brightness):
    """Image (3, H, W) and labels (1, H, W): forest is darker than field."""
    rng = np.random.default_rng(seed)
    labels = np.kron(rng.integers(2, size=(6, 8)), np.ones((16, 16))).astype(np.uint8)
    image = brightness * (2 - labels) + rng.integers(0, 20, (3, *labels.shape))
    return image.astype(np.uint8), labels[None]


@pytest.fixture
def areas(tmp_path):
    for name, seed, brightness in (('a', 0, 60), ('b', 1, 90)):
        image, labels = scene(seed, brightness)
        write(tmp_path / f'{name}.tif', image)
        write(tmp_path / f'{name}_labels.tif', labels)
    return tmp_path


def test_scores_equal_those_of_all_pixels_at_once(tmp_path):
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=(1, 40, 50), dtype=np.uint8)
    found = rng.integers(3, size=(1, 40, 50), dtype=np.uint8)
    truth[0, :5], found[0, :, :7] = 255, 255
    (tmp_path / 'labels').mkdir()
    write(tmp_path / 'labels' / 's.tif', truth)
    file = write(tmp_path / 's.tif', found, nodata=255)
    figures = score([file], tmp_path / 'labels', ('x', 'y', 'z'))
    counted = (truth != 255) & (found != 255)
    t, f = truth[counted], found[counted]
    ious = [
        100 * ((t == c) & (f == c)).sum() / ((t == c) | (f == c)).sum()
        for c in range(3)
    ]
    assert figures['aAcc'] == pytest.approx(100 * (t == f).mean())
    assert [figures[f'IoU.{c}'] for c in 'xyz'] == pytest.approx(ious)
    assert figures['mIoU'] == pytest.approx(np.mean(ious))
    shares = shares_of_maps([file], 3)
    valid = found[found != 255]
    assert shares == pytest.approx([(valid == c).mean() for c in range(3)])


def test_labels_of_another_size_are_refused(tmp_path):
    (tmp_path / 'labels').mkdir()
    write(tmp_path / 'labels' / 's.tif', np.zeros((1, 4, 5), np.uint8))
    file = write(tmp_path / 's.tif', np.zeros((1, 4, 6), np.uint8), nodata=255)
    with pytest.raises(ValueError, match=r'has 4 x 5 pixels, .* has 4 x 6'):
        score([file], tmp_path / 'labels', CLASSES)


def test_the_difference_of_two_maps_is_counted_where_both_say_something(tmp_path):
    one, other = np.zeros((2, 1, 10, 10), np.uint8)
    other[0, :2], one[0, 5:] = 1, 255
    files = [write(tmp_path / f'{n}.tif', m, 255) for n, m in enumerate((one, other))]
    picture, share = of_difference(*files)
    assert share == pytest.approx(20 / 50)
    assert (picture[5:] == 255).all()
    assert len(np.unique(picture[:2].reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize(
    'config',
    [
        'semsim/dann_hannover_vaihingen.py',
        'adaptsegnet/adaptsegnet-single_gta5_cityscapes.py',
    ],
)
def test_a_stretched_schedule_ends_with_the_training(config):
    cfg = load_config(f'mmuda::{config}')
    longer = load_config(f'mmuda::{config}', options=stretched(cfg, 3))
    assert longer.train_cfg.max_iters == 3 * cfg.train_cfg.max_iters
    for before, after in zip(
        cfg.get('param_scheduler') or [],
        longer.get('param_scheduler') or [],
        strict=True,
    ):
        assert after.end == 3 * before.end
        assert after.type == before.type


def test_bars_follow_the_runs_and_the_first_error_is_kept():
    said = [
        'the source model is not there yet: mmuda train x.py\n',
        'INFO - Iter(train) [ 50/100]  lr: 1\n',
        'INFO - Iter(train) [100/100]  lr: 1\n',
        'INFO - Iter(train) [ 10/200]  lr: 1\n',
        'error: the disk is full\n',
        'error: `mmuda train` failed, see above\n',
    ]
    log, seen = io.StringIO(), io.StringIO()
    display = Display(Console(file=seen, width=80))
    assert follow(said, log, display, 'dann') == 'the disk is full'
    assert log.getvalue() == ''.join(said)
    bars = {t.description: (t.completed, t.total) for t in display.progress.tasks}
    assert bars == {'dann': (10, 200), 'the source model': (100, 100)}
    assert seen.getvalue() == 'the source model: 100 iterations\n'


def test_a_bar_fits_into_a_line_whatever_its_name():
    lines = [
        'mapping work_dirs/small/mappings/a_b_approximation_944a7153.csv is not there '
        'yet: mmuda pair x.py\n',
        'INFO - Iter(train) [ 50/100]  lr: 1\n',
    ]
    seen = io.StringIO()
    display = Display(Console(file=seen, width=80, force_terminal=True))
    with display:
        follow(lines, io.StringIO(), display, 'a very long name of a method ' * 4)
    shown = Text.from_ansi(seen.getvalue()).plain.splitlines()
    assert all(len(line) <= 80 for line in shown)
    assert any(re.match(r'mapping +\S+ +50/100', line) for line in shown)


def test_two_do_not_work_in_one_folder(tmp_path):
    second = alone_in(tmp_path)
    with alone_in(tmp_path), pytest.raises(ValueError, match='still at work here'):
        second.__enter__()
    with alone_in(tmp_path):
        pass  # the first has left


def test_another_request_for_the_same_folder_is_refused(tmp_path):
    paths = ((tmp_path / 'a.tif',), (tmp_path / 'l.tif',), (tmp_path / 'b.tif',))
    AdaptationRequest(*paths, 'mmuda::own/dann.py').settle_in(tmp_path / 'run')
    with_labels = AdaptationRequest(
        *paths, 'mmuda::own/dann.py', target_labels=(tmp_path / 'x.tif',)
    )
    with_labels.settle_in(tmp_path / 'run')  # labels of B may come later
    with pytest.raises(ValueError, match=r'budget .*choose another folder'):
        AdaptationRequest(*paths, 'mmuda::own/dann.py', 'quick').settle_in(
            tmp_path / 'run'
        )


def test_an_unknown_budget_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"budget must be .* got 'huge'"):
        AdaptationRequest((tmp_path,), (tmp_path,), (tmp_path,), 'x.py', 'huge')


def test_ids_of_b_without_a_meaning_are_refused(tmp_path):
    for name in ('a.tif', 'a.gpkg', 'b.tif', 'b_labels.tif', 'b.gpkg'):
        (tmp_path / name).touch()  # files are not opened for this
    a, polygons, b, ids, named = (
        (tmp_path / name,)
        for name in ('a.tif', 'a.gpkg', 'b.tif', 'b_labels.tif', 'b.gpkg')
    )
    request = AdaptationRequest(a, polygons, b, 'x.py', target_labels=ids)
    with pytest.raises(ValueError, match='labels of B are ids, those of A polygons'):
        request.check_target_labels(tmp_path)
    AdaptationRequest(a, polygons, b, 'x.py', target_labels=named).check_target_labels(
        tmp_path
    )


@pytest.mark.parametrize('own', ['a_labels.tif', 'a.gpkg'])
def test_options_of_polygons_are_for_the_area_that_has_some(own, tmp_path):
    """Where rasters of A have names of classes, polygons of B may have an attribute."""
    for name in ('a.tif', own, 'b.tif', 'b.gpkg', 'b_labels.tif'):
        (tmp_path / name).touch()
    a, labels, b, named, ids = (
        (tmp_path / name,) for name in ('a.tif', own, 'b.tif', 'b.gpkg', 'b_labels.tif')
    )
    reading = dict(reading=dict(classes=('x', 'y'), attribute='k'))
    request = AdaptationRequest(a, labels, b, 'x.py', target_labels=named, **reading)
    of_a = request.preparation_of_source()
    assert of_a.attribute == ('k' if own == 'a.gpkg' else None)
    assert of_a.classes == ('x', 'y')
    assert request.preparation_of_target_labels(tmp_path).attribute == 'k'
    if own == 'a_labels.tif':
        request = AdaptationRequest(a, labels, b, 'x.py', target_labels=ids, **reading)
        with pytest.raises(ValueError, match=r'--attribute is about polygons, .*a_lab'):
            request.check_target_labels(tmp_path)
