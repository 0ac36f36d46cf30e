"""Maps of scenes: as in one piece, georeferenced, resumed, of any size and type."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
import torch
from conftest import toy_adaptor
from mmseg.registry import MODELS
from rasterio.transform import from_origin
from rio_cogeo import cog_validate
from toy_run import make_data, mmuda, write_config

from mmuda.jobs.config import load_config
from mmuda.jobs.prediction import Model, Request, predict, predict_scenes
from mmuda.jobs.prediction.products import STEP
from mmuda.jobs.tiling import blended, parts_of, reflected, strips_of, windows

PLACE = dict(crs='EPSG:25832', transform=from_origin(5e5, 5.8e6, 0.2, 0.2))
# The toy looks no further than this.
VIEW = 16
SMALL = Request(tile=96, overlap=64, margin=VIEW, batch=3, probabilities=True)


def model_in(folder, bands=3, values=256, seed=0):
    """Config and checkpoint of a toy with random weights, and the toy itself."""
    adaptor = toy_adaptor(bands=bands)
    spread = dict(mean=[values / 2] * bands, std=[values / 4] * bands)
    adaptor.data_preprocessor.domains = dict(target=spread)
    folder.mkdir(parents=True, exist_ok=True)
    config = write_config(folder, model=adaptor.to_dict())
    torch.manual_seed(seed)
    model = MODELS.build(load_config(config).model)
    for weight in model.segmentor.parameters():  # far from saying the same everywhere
        weight.data *= 2
    colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    meta = dict(dataset_meta=dict(classes=('a', 'b', 'c'), palette=colours))
    file = folder / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict(), meta=meta), file)
    return Model(config, str(file)), model.eval()


def scene(shape, bands=3, dtype='uint8', seed=0):
    """Smooth noise over the whole range of a type."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 1, (bands, -(-shape[0] // 7), -(-shape[1] // 7)))
    fine = coarse.repeat(7, 1).repeat(7, 2)[:, : shape[0], : shape[1]]
    fine = 0.8 * fine + 0.2 * rng.uniform(0, 1, fine.shape)
    values = {'uint8': 255, 'uint16': 4095, 'float32': 1}[dtype]
    return (1 + fine * (values - 1)).astype(dtype)


def write(file, pixels, **profile):
    bands, height, width = pixels.shape
    # GDAL takes the fourth of four bands for alpha, unless told.
    profile = dict(photometric='minisblack') | profile
    sides = dict(count=bands, height=height, width=width, dtype=pixels.dtype)
    file.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(file, 'w', driver='GTiff', **sides, **profile) as raster:
        raster.write(pixels)
    return file


def read(file):
    with rasterio.open(file) as raster:
        return raster.read()


def one_piece(model, pixels):
    """Probabilities by the model itself, on the whole scene at once."""
    height, width = pixels.shape[1:]
    rows, columns = (reflected(n, -(-n // 32) * 32) for n in (height, width))
    image = torch.from_numpy(pixels[:, rows[:, None], columns].astype(np.float32))
    data = model.data_preprocessor(dict(inputs=[image]), False)
    with torch.no_grad():
        (sample,) = model.segmentor.predict(data['inputs'])
    return sample.seg_logits.data.softmax(0)[:, :height, :width].numpy()


def predicted(found):
    """Probabilities as they were written."""
    return read(found.maps[0].with_name('map_probabilities.tif')) * STEP


@pytest.mark.parametrize('length', [1, 31, 64, 65, 96, 97, 160, 161, 203, 1000])
@pytest.mark.parametrize(('overlap', 'margin'), [(0, 0), (16, 0), (32, 4), (48, 16)])
def test_property_windows_cover_an_axis_once(length, overlap, margin):
    """Weights sum to 1 and are never 0; margins have no say; all have one size."""
    spans = windows(length, 64, overlap, margin, 16)
    total = np.zeros(length)
    for span in spans:
        assert len(span.weights) == span.write[1] - span.write[0]
        assert span.weights.min() > 0
        total[slice(*span.write)] += span.weights
        assert span.read[0] % 16 == 0
        assert span.read[1] - span.read[0] == (
            64 if length > 64 else -(-length // 16) * 16
        )
        assert span.read[0] == 0 or span.write[0] - span.read[0] >= margin
        assert span.write[1] == length or span.read[1] - span.write[1] >= margin
        assert span.read[0] <= span.write[0] <= span.write[1] <= span.read[1]
    np.testing.assert_allclose(total, 1, atol=1e-6)
    for before, after in pairwise(spans):
        assert after.write[0] == before.done
        assert after.read[0] <= before.read[1] - overlap
    assert spans[-1].done == length
    assert spans[-1].read[1] - length < 16


def test_half_overlap_is_a_hann_window():
    inner = windows(1024, 64, 32)[5]
    np.testing.assert_allclose(
        inner.weights, np.sin(np.pi * (np.arange(64) + 0.5) / 64) ** 2, atol=1e-6
    )


def test_windows_that_make_no_sense():
    with pytest.raises(ValueError, match='windows of 64 pixels with 60 in common'):
        windows(200, 64, 60, stride=32)
    with pytest.raises(ValueError, match='a margin of 9 pixels on both sides'):
        windows(200, 64, 16, margin=9)


@pytest.mark.parametrize(
    ('shape', 'bands', 'dtype'),
    [
        ((203, 330), 3, 'uint8'),
        ((129, 65), 4, 'uint16'),  # remainders of one pixel
        ((64, 97), 5, 'float32'),
        ((1, 1), 3, 'uint8'),
        ((40, 7), 2, 'uint8'),
    ],
)
def test_equals_one_piece(tmp_path, shape, bands, dtype):
    """Where windows see all that the network looks at, with any bands and type."""
    values = {'uint8': 256, 'uint16': 4096, 'float32': 1}[dtype]
    source, model = model_in(tmp_path / 'run', bands, values)
    pixels = scene(shape, bands, dtype)
    file = write(tmp_path / 'in.tif', pixels, **PLACE)
    found = predict_scenes(source, file, tmp_path / 'map.tif', SMALL)
    expected = one_piece(model, pixels)
    assert shape == (1, 1) or expected.std((1, 2)).max() > 0.05
    np.testing.assert_allclose(predicted(found), expected, atol=1e-4)
    classes = read(found.maps[0])[0]
    two = np.sort(expected, 0)
    clear = two[-1] - two[-2] > 1e-4
    np.testing.assert_array_equal(classes[clear], expected.argmax(0)[clear])


def test_blending_is_the_weighted_mean_of_windows(tmp_path):
    """Slow transcription, where windows do not see enough to agree."""
    source, model = model_in(tmp_path / 'run')
    pixels = scene((90, 130))
    file = write(tmp_path / 'in.tif', pixels)
    request = Request(tile=64, overlap=32, batch=2, probabilities=True)
    found = predict_scenes(source, file, tmp_path / 'map.tif', request)
    # Windows begin at 0, 32, 64, ... and the last at the next multiple of 32 that
    # reaches the end; there the scene is continued by reflection.
    continued = np.pad(pixels, ((0, 0), (0, 6), (0, 30)), 'reflect')
    total, weights = np.zeros((3, 96, 160)), np.zeros((96, 160))
    for top in (0, 32):
        for left in (0, 32, 64, 96):
            part = one_piece(model, continued[:, top : top + 64, left : left + 64])
            # A Hann window, but for those at the border of the scene.
            say = np.ones((64, 64))
            hann = np.sin(np.pi * (np.arange(32) + 0.5) / 64) ** 2
            say[:32] *= hann[:, None] if top else 1
            say[32:] *= hann[::-1, None] if top < 32 else 1
            say[:, :32] *= hann if left else 1
            say[:, 32:] *= hann[::-1] if left < 96 else 1
            total[:, top : top + 64, left : left + 64] += say * part
            weights[top : top + 64, left : left + 64] += say
    expected = (total / weights)[:, :90, :130]
    np.testing.assert_allclose(predicted(found), expected, atol=1e-4)


def test_eight_symmetries(tmp_path):
    """``tta`` is the mean over rotations and reflections, turned back."""
    source, model = model_in(tmp_path / 'run')
    pixels = scene((64, 64))
    file = write(tmp_path / 'in.tif', pixels)
    source = Model(source.config, source.checkpoint, tta=True)
    found = predict_scenes(source, file, tmp_path / 'map.tif', SMALL)
    total = 0
    for turns in range(4):
        turned = np.rot90(pixels, turns, (1, 2))
        total = total + np.rot90(one_piece(model, turned), -turns, (1, 2))
        mirrored = turned[:, ::-1]
        back = one_piece(model, mirrored)[:, ::-1]
        total = total + np.rot90(back, -turns, (1, 2))
    np.testing.assert_allclose(predicted(found), total / 8, atol=1e-4)


def test_file_of_the_map(tmp_path):
    """Georeference, nodata, classes and colours; a valid COG with overviews."""
    source, _ = model_in(tmp_path / 'run', 4)
    pixels = scene((600, 1100), 4)
    pixels[:, :300, :70] = 0
    pixels[2, 400, 400] = 0  # an honest value of one band
    file = write(tmp_path / 'in.tif', pixels, nodata=0, **PLACE)
    request = Request(tile=256, confidence=True, probabilities=True)
    found = predict_scenes(source, file, tmp_path / 'map.tif', request)
    assert [f.name for f in found.files] == [
        'map.tif',
        'map_confidence.tif',
        'map_probabilities.tif',
    ]
    invalid = (pixels == 0).all(0)
    for path in found.files:
        with rasterio.open(path) as raster:
            assert raster.crs == PLACE['crs']
            assert raster.transform == PLACE['transform']
            assert raster.shape == invalid.shape
            np.testing.assert_array_equal(raster.dataset_mask() == 0, invalid)
            assert raster.overviews(1)[0] == 2
        assert cog_validate(path)[:2] == (True, [])
    with rasterio.open(found.maps[0]) as raster:
        assert raster.colormap(1)[2] == (0, 0, 255, 255)
        assert raster.colormap(1)[255][3] == 0
        assert json.loads(raster.tags()['CLASS_NAMES']) == ['a', 'b', 'c']
        assert raster.tags()['CLASS_1'] == 'b'
        classes = raster.read(1)
        coarse = raster.read(1, out_shape=(300, 550))
    assert set(np.unique(coarse)) <= {0, 1, 2, 255}
    with rasterio.open(found.files[2]) as raster:
        assert raster.descriptions == ('a', 'b', 'c')
        probabilities = raster.read() * raster.scales[0]
    with rasterio.open(found.files[1]) as raster:
        confidence = raster.read(1) * raster.scales[0]
    valid = ~invalid
    np.testing.assert_allclose(probabilities.sum(0)[valid], 1, atol=2e-4)
    np.testing.assert_allclose(confidence[valid], probabilities.max(0)[valid])
    picked = np.take_along_axis(
        probabilities, np.minimum(classes, 2)[None].astype(int), 0
    )
    np.testing.assert_allclose(picked[0][valid], confidence[valid], atol=1e-9)
    assert len(np.unique(classes[valid])) > 1


def test_alpha_band_and_mask_are_nodata(tmp_path):
    source, model = model_in(tmp_path / 'run')
    pixels = np.concatenate([scene((80, 90)), np.full((1, 80, 90), 255, np.uint8)])
    pixels[3, 20:40] = 0
    file = write(tmp_path / 'in.tif', pixels, photometric='rgb', alpha='yes')
    found = predict_scenes(source, file, tmp_path / 'map.tif', SMALL)
    with rasterio.open(found.maps[0]) as raster:
        np.testing.assert_array_equal(raster.dataset_mask() == 0, pixels[3] == 0)
    # Invalid pixels are shown as the mean of training.
    shown = pixels[:3].astype(np.float32)
    shown[:, 20:40] = 128
    expected = one_piece(model, shown)
    valid = pixels[3] > 0
    difference = np.abs(predicted(found) - expected)[:, valid]
    assert difference.max() <= 1e-4


def test_floats_that_are_none(tmp_path):
    source, _ = model_in(tmp_path / 'run', values=1)
    pixels = scene((70, 70), dtype='float32')
    pixels[1, 30:50, 20:30] = np.nan
    file = write(tmp_path / 'in.tif', pixels)
    found = predict_scenes(source, file, tmp_path / 'map.tif', SMALL)
    np.testing.assert_array_equal(read(found.maps[0])[0] == 255, np.isnan(pixels[1]))


def test_goes_on_to_the_same_files(tmp_path, monkeypatch):
    """Stopped after some strips, in other numbers of processes: the same bytes."""
    source, _ = model_in(tmp_path / 'run')
    file = write(tmp_path / 'in.tif', scene((900, 300)), **PLACE)
    request = Request(tile=256, confidence=True)
    whole = predict_scenes(source, file, tmp_path / 'whole/map.tif', request)

    class Stopped(Exception):  # noqa: N818
        pass

    kept = predict.predict_strips

    def stops(*args):
        def advance(strips):
            raise Stopped

        kept(*args[:4], advance)

    out = tmp_path / 'stopped/map.tif'
    monkeypatch.setattr(predict, 'predict_strips', stops)
    with pytest.raises(Stopped):
        predict_scenes(source, file, out, request)
    assert [f.suffix for f in out.parent.rglob('*.*')].count('.npz') == 1
    monkeypatch.setattr(predict, 'predict_strips', kept)
    monkeypatch.setattr(predict, 'START', 'fork')  # has imported everything
    shared = Request(tile=256, confidence=True, processes=2)
    again = predict_scenes(source, file, out, shared)
    for one, other in zip(whole.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert sorted(f.name for f in out.parent.iterdir()) == [
        'map.tif',
        'map_confidence.tif',
    ]

    def never(*args):
        raise AssertionError

    monkeypatch.setattr(predict, 'predict_strips', never)
    predict_scenes(source, file, out, request)  # is there already
    with pytest.raises(AssertionError):
        predict_scenes(source, file, out, Request(tile=192, confidence=True))


def test_parts_side_by_side_say_the_same(tmp_path):
    """A scene too wide for memory is cut up, which nobody sees."""
    file = write(tmp_path / 'in.tif', scene((400, 2000), 1))
    axes = tuple(windows(n, 64, 16, stride=16) for n in (400, 2000))

    def process(images, valid):
        return images.astype(np.float32) + np.arange(64)[:, None] * np.ones(64)

    def joined(parts, strips):
        whole = np.zeros((1, 400, 2000), np.float32)
        for part in parts:
            for rows in strips:
                piece = type(part)(rows, part.columns)
                for at, values, valid in blended(file, [1], process, axes, piece):
                    whole[(slice(None), *at.window.toslices())] = values
                    assert valid.all()
        return whole

    several = parts_of(axes, 2, memory_mib=1)
    assert len(several) > 2
    (one,) = parts_of(axes, 2)
    strips = strips_of(axes[0])
    assert len(strips) == 2
    expected = joined([one], [(0, 400)])
    np.testing.assert_array_equal(joined(several, strips), expected)
    assert expected.min() > 0


def test_polygons(tmp_path):
    """Valid, of the map's areas; sieved and simplified on request, without gaps."""
    source, _ = model_in(tmp_path / 'run')
    pixels = scene((150, 200))
    pixels[:, :, 150:] = 0
    file = write(tmp_path / 'in.tif', pixels, nodata=0, **PLACE)

    def polygons(name, **how):
        request = Request(tile=64, polygons=tmp_path / name, **how)
        found = predict_scenes(source, file, tmp_path / 'map.tif', request)
        meta, _, geometry, fields = pyogrio.raw.read(tmp_path / name)
        shapes = shapely.from_wkb(geometry)
        assert shapely.is_valid(shapes).all()
        assert rasterio.CRS.from_user_input(meta['crs']) == PLACE['crs']
        return shapes, dict(zip(meta['fields'], fields, strict=True)), found

    shapes, fields, found = polygons('all.gpkg')
    classes = read(found.maps[0])[0]
    assert set(fields['class']) == {'abc'[i] for i in np.unique(classes) if i < 255}
    for number in np.unique(classes[classes < 255]):
        of_class = fields['class_id'] == number
        np.testing.assert_allclose(
            fields['area'][of_class].sum(), (classes == number).sum() * 0.04
        )
    several, sieved, _ = polygons('sieved.gpkg', sieve=20)
    assert len(several) < len(shapes)
    assert shapely.area(several).min() >= 20 * 0.04 - 1e-9
    total = (classes < 255).sum() * 0.04
    np.testing.assert_allclose(sieved['area'].sum(), total)
    smooth, _, _ = polygons('smooth.gpkg', sieve=20, simplify=0.5)
    points = shapely.get_num_coordinates
    assert points(smooth).sum() < 0.8 * points(several).sum()
    union = shapely.union_all(smooth)
    np.testing.assert_allclose(shapely.area(smooth).sum(), union.area, rtol=1e-6)


def test_which_bands(tmp_path):
    """By name, else by number; too many or too few are one clear line."""
    source, model = model_in(tmp_path / 'run')
    content = torch.load(source.checkpoint, weights_only=False)
    known = dict(bands=['nir', 'red', 'green'], by_name=True, size_px=64, gsd_m=0.2)
    content['meta']['mmuda_images'] = dict(target=known)
    named = Model(source.config, str(tmp_path / 'named.pth'))
    torch.save(content, named.checkpoint)
    pixels = scene((70, 80), 4)
    file = write(tmp_path / 'in.tif', pixels)
    out = tmp_path / 'map.tif'
    with pytest.raises(ValueError, match=r'in.tif: 4 bands to be seen, .* expected 3'):
        predict_scenes(source, file, out, SMALL)
    with pytest.raises(ValueError, match=r"in.tif: no band 'nir', expected one of"):
        predict_scenes(named, file, out, SMALL)
    with rasterio.open(file, 'r+') as raster:
        raster.descriptions = ('Red', 'green', 'blue', 'NIR')
    found = predict_scenes(named, file, out, SMALL)
    expected = one_piece(model, pixels[[3, 0, 1]])
    np.testing.assert_allclose(predicted(found), expected, atol=1e-4)
    with pytest.raises(ValueError, match=r'3 as the model was trained on \(nir, red'):
        predict_scenes(named, file, out, Request(bands=[1, 2]))


def test_command_needs_no_data(tmp_path):
    """A run's own config and checkpoint, elsewhere and without its data sets."""
    make_data(tmp_path / 'data', size=40)
    config = write_config(tmp_path, max_iters=2)
    mmuda('train', config, '--work-dir', tmp_path / 'run')
    checkpoint = tmp_path / 'run/iter_2.pth'
    meta = torch.load(checkpoint, weights_only=False)['meta']
    target = meta['mmuda_images']['target']
    assert target['bands'] == ['red', 'green', 'blue']
    assert (target['size_px'], target['gsd_m'], target['mean']) == (40, None, None)
    shutil.rmtree(tmp_path / 'data')
    Path(config).unlink()
    for name in ('one', 'two'):
        write(tmp_path / f'scenes/{name}.tif', scene((90, 70)), photometric='rgb')
    words = ['--in', tmp_path / 'scenes', '--out', tmp_path / 'maps', '--amp', '--tta']
    done = mmuda('predict', tmp_path / 'run/toy.py', checkpoint, *words)
    assert done.stdout.splitlines()[-1] == str(tmp_path / 'maps/two.tif')
    assert read(tmp_path / 'maps/one.tif').shape == (1, 90, 70)
    wrong = write(tmp_path / 'wrong.tif', scene((90, 70), 5))
    words = ['--in', wrong, '--out', tmp_path / 'wrong_map.tif']
    done = mmuda('predict', tmp_path / 'run/toy.py', checkpoint, *words, check=False)
    assert done.returncode == 2
    (line,) = [s for s in done.stderr.splitlines() if s.startswith('error: ')]
    assert 'wrong.tif: 5 bands to be seen' in line


def test_two_scenes_of_one_name(tmp_path):
    source, _ = model_in(tmp_path / 'run')
    for name in ('a.tif', 'a.tiff'):
        write(tmp_path / 'scenes' / name, scene((40, 40)))
    with pytest.raises(ValueError, match=r'a\.tif: another image of .* the same name'):
        predict_scenes(source, tmp_path / 'scenes', tmp_path / 'maps', SMALL)
    with pytest.raises(ValueError, match=r'the map must be a GeoTIFF, \*\.tif, got'):
        predict_scenes(source, tmp_path / 'scenes/a.tif', tmp_path / 'map', SMALL)
    with pytest.raises(FileNotFoundError, match='no image, expected a raster'):
        predict_scenes(source, tmp_path / 'none', tmp_path / 'maps', SMALL)


def test_maps_of_a_folder_go_to_one_whatever_its_name(tmp_path):
    source, _ = model_in(tmp_path / 'run')
    write(tmp_path / 'scenes/a.tif', scene((40, 40)))
    out = tmp_path / 'maps_v0.5'
    outcome = predict_scenes(source, tmp_path / 'scenes', out, SMALL)
    assert outcome.maps == [out / 'a.tif']
    assert outcome.maps[0].is_file()
    with pytest.raises(ValueError, match=r'a folder: --out must be one too, got .*tif'):
        predict_scenes(source, tmp_path / 'scenes', tmp_path / 'map.tif', SMALL)
