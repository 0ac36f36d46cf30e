"""Translating folders and scenes: tiles, georeference, nodata, resuming."""

import json
import os
from itertools import pairwise

import cv2
import numpy as np
import pytest
import rasterio
import torch
from mmengine.config import Config
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin
from seams import step_ratio

from mmuda.datasets.rasters import encode_geotiff
from mmuda.jobs.tiling import Tiling, cut
from mmuda.jobs.translation import (
    Job,
    images_in,
    layout,
    link_labels,
    load_translator,
    named_outputs,
    to_dtype,
    translate_files,
    writing,
)
from mmuda.jobs.translation.tiling import Route, translate_batch
from mmuda.models.translators.classical import (
    ColourTransfer,
    FourierAmplitude,
    HistogramMatching,
    Reinhard,
)


class Blur(torch.nn.Module):
    """A network with a receptive field: a mean over 9 x 9, on the valid part."""

    halo, stride = 4, 4

    def translate(self, images, source='source', target='target', valid=None):
        assert images.shape[2] % 4 == images.shape[3] % 4 == 0
        padded = torch.nn.functional.pad(images, [4] * 4, mode='replicate')
        return torch.nn.functional.avg_pool2d(padded, 9, 1) + 20


class TileMoments(Blur):
    """What must not be: statistics of the tile at hand."""

    def translate(self, images, source='source', target='target', valid=None):
        return images - images.mean((2, 3), keepdim=True) + 128


def scene(bands=3, shape=(150, 203), levels=256, seed=0, cell=8):
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, levels - 1, (bands, shape[0] // cell, shape[1] // cell))
    smooth = [cv2.resize(band, shape[::-1]) for band in coarse]
    noise = rng.normal(0, levels / 60, (bands, *shape))
    return (np.stack(smooth) + noise).clip(1, levels - 1)


def write(file, pixels, **profile):
    bands, height, width = pixels.shape
    file.parent.mkdir(parents=True, exist_ok=True)
    driver = 'PNG' if file.suffix == '.png' else 'GTiff'
    with rasterio.open(
        file,
        'w',
        driver=driver,
        count=bands,
        height=height,
        width=width,
        dtype=pixels.dtype,
        **profile,
    ) as raster:
        raster.write(pixels)
    return file


def read(file):
    with rasterio.open(file) as raster:
        return raster.read()


def fitted(kind, bands=3, levels=256, **options):
    model = kind(bands=bands, **options)
    for seed, domain in enumerate(('source', 'target')):
        images = scene(bands, (64, 64), levels, seed).astype(np.float32)
        model.observe(torch.from_numpy(images)[None], domain)
    return model.eval()


@pytest.fixture
def job(tmp_path):
    (tmp_path / 'c.pth').write_bytes(b'weights')

    def make(files, out='out', route=None, **tiling):
        return Job(
            {file.name: file for file in files},
            tmp_path / out,
            'config.py',
            tmp_path / 'c.pth',
            route or Route(),
            Tiling(**{'tile_px': 48, 'blend_px': 6, 'batch_size': 3, **tiling}),
        )

    return make


@pytest.mark.parametrize('length', [1, 47, 48, 49, 60, 61, 96, 150, 203, 1000])
@pytest.mark.parametrize(('halo', 'stride'), [(0, 1), (4, 4), (33, 16), (112, 56)])
def test_property_tiles_cover_an_axis_once(length, halo, stride):
    """Weights sum to 1; each tile sees a halo around all it decides on."""
    spans = cut(length, Tiling(48, 6), halo, stride)
    total = np.zeros(length)
    for span in spans:
        assert len(span.weights) == span.write[1] - span.write[0]
        total[slice(*span.write)] += span.weights
        assert span.read[0] % stride == 0
        assert span.read[0] == 0 or span.write[0] - span.read[0] >= halo
        assert span.read[1] == length or span.read[1] - span.write[1] >= halo
    np.testing.assert_allclose(total, 1, atol=1e-6)
    for before, after in pairwise(spans):
        assert after.write[0] == before.done
    assert spans[-1].done == length


@pytest.mark.parametrize(
    'model',
    [
        fitted(HistogramMatching),
        fitted(Reinhard),
        fitted(ColourTransfer),
        fitted(FourierAmplitude, size=64, beta=0.03),
        Blur(),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize('blend_px', [0, 6])
def test_tiles_equal_one_piece(model, blend_px, tmp_path, job):
    file = write(tmp_path / 'in' / 'a.tif', scene(shape=(303, 403)).astype(np.uint8))
    work = job([file], tile_px=64, blend_px=blend_px)
    translate_files(model, work)
    image = read(file)[None]
    valid = np.ones((1, *image.shape[2:]), bool)
    whole = to_dtype(
        torch.from_numpy(translate_batch(model, image, valid, Route())), 'uint8'
    )
    found = read(work.out / 'a.tif')
    assert np.abs(found - whole[0].numpy()).max() <= 1


def test_no_seams_where_statistics_are_those_of_the_domain(tmp_path, job):
    """The measure finds the seams of tile statistics, and none of ours."""
    ratios = []
    for number, model in enumerate((Blur(), fitted(Reinhard), TileMoments())):
        # Fine structure makes the measure exact, coarse makes tiles differ.
        pixels = scene(shape=(720, 720), cell=5 if number < 2 else 37)
        file = write(tmp_path / f'{number}.tif', pixels.astype(np.uint8))
        work = job([file], f'out{number}', blend_px=6 if number < 2 else 0)
        translate_files(model, work)
        ratios.append(step_ratio(read(work.out / file.name), 48))
    assert max(ratios[:2]) <= 1.1
    assert ratios[2] > 1.2


def test_georeference_and_16_bit_with_nodata(tmp_path, job):
    """CRS, transform, bands, names, type and nodata are kept."""
    pixels = scene(4, (130, 170), 4096).astype(np.uint16)
    pixels[:, 40:60, 90:] = 0
    pixels[2, 5, 5] = 0
    profile = dict(
        crs='EPSG:25832', transform=from_origin(5e5, 5.8e6, 0.2, 0.2), nodata=0
    )
    file = write(tmp_path / 'in' / 'a.tif', pixels, **profile)
    with rasterio.open(file, 'r+') as raster:
        raster.descriptions = ('red', 'green', 'blue', 'nir')
        raster.update_tags(sensor='made up')
    model = fitted(Reinhard, 4, 4096)
    work = job([file])
    translate_files(model, work)
    with rasterio.open(file) as before, rasterio.open(work.out / 'a.tif') as after:
        for key in ('crs', 'transform', 'nodata', 'dtypes', 'descriptions', 'shape'):
            assert getattr(after, key) == getattr(before, key), key
        assert after.tags()['sensor'] == 'made up'
        found = after.read()
        np.testing.assert_array_equal(after.read_masks(1), before.read_masks(1))
    spoilt = (pixels == 0).any(0)
    np.testing.assert_array_equal(found[:, spoilt], pixels[:, spoilt])
    assert (found[:, ~spoilt] > 0).all()
    image = torch.from_numpy(pixels.astype(np.float32))[None]
    expected = to_dtype(model.translate(image), 'uint16')[0].numpy()
    expected = np.maximum(expected, 1)
    assert np.abs(found - expected)[:, ~spoilt].max() <= 1


def test_valid_pixels_do_not_become_nodata(tmp_path, job):
    """What would be read as nodata is moved by one level, per band in wide types."""

    class Darken(Blur):
        def translate(self, images, *args):
            return images * 0 - 5

    for dtype, lowest in (('uint8', 1), ('uint16', 1), ('int16', -5)):
        pixels = np.full((3, 40, 40), 9, dtype)
        pixels[:, :10] = 0
        file = write(tmp_path / dtype / 'a.tif', pixels, nodata=0)
        work = job([file], f'out_{dtype}')
        translate_files(Darken(), work)
        found = read(work.out / 'a.tif')
        assert (found[:, :10] == 0).all()
        assert (found[:, 10:] == lowest).all()


def test_alpha_and_other_bands_are_copied(tmp_path, job):
    pixels = scene(4, (70, 70)).astype(np.uint8)
    pixels[3] = 255
    pixels[3, 20:40] = 0
    file = write(tmp_path / 'in' / 'a.tif', pixels, photometric='rgb', alpha='yes')
    model = fitted(Reinhard)
    work = job([file])
    translate_files(model, work)
    with rasterio.open(work.out / 'a.tif') as raster:
        assert raster.colorinterp[3] == ColorInterp.alpha
        found = raster.read()
    np.testing.assert_array_equal(found[3], pixels[3])
    np.testing.assert_array_equal(found[:, 20:40], pixels[:, 20:40])
    assert (found[:3, :20] != pixels[:3, :20]).any()

    two = fitted(Reinhard, 2)
    work = job([file], 'two', Route(bands=('blue', 'red')))
    translate_files(two, work)
    found = read(work.out / 'a.tif')
    np.testing.assert_array_equal(found[1], pixels[1])
    image = torch.from_numpy(pixels[[2, 0]].astype(np.float32))[None]
    expected = to_dtype(two.translate(image), 'uint8')[0].numpy()
    assert np.abs(found[[2, 0], :20] - expected[:, :20]).max() <= 1


def test_a_mask_of_its_own_is_kept(tmp_path, job):
    pixels = scene(shape=(300, 300)).astype(np.uint8)
    file = write(tmp_path / 'in' / 'a.tif', pixels)
    mask = np.full((300, 300), 255, np.uint8)
    mask[:, :50] = 0
    with rasterio.open(file, 'r+') as raster:
        raster.write_mask(mask)
    work = job([file], tile_px=128)
    translate_files(fitted(Reinhard), work)
    with rasterio.open(work.out / 'a.tif') as raster:
        np.testing.assert_array_equal(raster.dataset_mask(), mask)
        np.testing.assert_array_equal(raster.read()[:, :, :50], pixels[:, :, :50])
    assert [f.name for f in sorted(work.out.glob('*'))] == ['a.tif', 'manifest.json']


def test_patches_of_other_formats_together(tmp_path, job):
    """PNG stays PNG; patches of one size pass together, others by themselves."""
    model = fitted(Reinhard)
    sizes = [(40, 40), (40, 40), (40, 40), (40, 40), (32, 40), (90, 90)]
    files = [
        write(tmp_path / 'in' / f'{i}.png', scene(shape=s, seed=i).astype(np.uint8))
        for i, s in enumerate(sizes)
    ]
    work = job(images_in(tmp_path / 'in'))
    translate_files(model, work)
    for file in files:
        image = torch.from_numpy(read(file).astype(np.float32))[None]
        expected = to_dtype(model.translate(image), 'uint8')[0].numpy()
        assert np.abs(read(work.out / file.name) - expected).max() <= 1
        assert cv2.imread(str(work.out / file.name)) is not None


def test_resumes_and_refuses_another_job(tmp_path, job):
    """What is done stays untouched; what is not is made; nothing is mixed."""
    files = [
        write(tmp_path / 'in' / f'{i}.tif', scene(shape=(90, 90), seed=i))
        for i in range(3)
    ]

    class Dies(Blur):
        calls = 0

        def translate(self, *args):
            Dies.calls += 1
            if Dies.calls == 6:  # in the middle of the second file
                raise KeyboardInterrupt
            return super().translate(*args)

    work = job(files)
    with pytest.raises(KeyboardInterrupt):
        translate_files(Dies(), work)
    assert sorted(os.listdir(work.out)) == ['0.tif', 'manifest.json']
    before = (work.out / '0.tif').stat().st_mtime_ns
    translate_files(Blur(), work)
    assert (work.out / '0.tif').stat().st_mtime_ns == before
    whole = job(files, 'whole')
    translate_files(Blur(), whole)
    for file in files:
        np.testing.assert_array_equal(
            read(work.out / file.name), read(whole.out / file.name)
        )

    found = json.loads((work.out / 'manifest.json').read_text())
    assert len(found['checkpoint_sha256']) == 64
    work.checkpoint.write_bytes(b'other weights')
    with pytest.raises(ValueError, match='was made with checkpoint_sha256'):
        translate_files(Blur(), work)
    work.checkpoint.write_bytes(b'weights')
    with pytest.raises(ValueError, match='was made with route'):
        translate_files(Blur(), job(files, route=Route('target', 'source')))


def test_layout_and_labels(tmp_path):
    images = tmp_path / 'city' / 'img_dir' / 'train'
    labels = tmp_path / 'city' / 'ann_dir' / 'train'
    labels.mkdir(parents=True)
    file = write(images / 'a.tif', scene(shape=(16, 16)))
    (labels / 'a.png').write_bytes(b'label')
    out = tmp_path / 'out'
    folders = layout(out, images, labels)
    assert folders == (out / 'img_dir' / 'train', out / 'ann_dir' / 'train')
    for _ in range(2):
        link_labels([file], labels, folders[1])
    assert (folders[1] / 'a.png').read_bytes() == b'label'
    with pytest.raises(FileNotFoundError, match=r'b.tif has no label b\.\*'):
        link_labels([images / 'b.tif'], labels, folders[1])
    with pytest.raises(ValueError, match='beside each other'):
        layout(out, images, images)
    with pytest.raises(FileNotFoundError, match='no image'):
        images_in(labels / 'none')


def test_rejects_what_does_not_translate(tmp_path, segmentor_cfg):
    cfg = Config(dict(model=segmentor_cfg))
    with pytest.raises(ValueError, match='trains a EncoderDecoder, no translator'):
        load_translator(cfg, 'none.pth')
    cfg = Config(dict(model=dict(type='Reinhard')))
    torch.save(dict(state_dict={}), tmp_path / 'empty.pth')
    with pytest.raises(ValueError, match='it lacks source_'):
        load_translator(cfg, tmp_path / 'empty.pth')
    model = fitted(Reinhard)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'good.pth')
    loaded = load_translator(cfg, tmp_path / 'good.pth')
    assert torch.equal(loaded.mean('source'), model.mean('source'))


def test_no_more_than_a_row_of_tiles_is_held(tmp_path, job, monkeypatch):
    """Strips are written as soon as no later tile has a say in them."""
    heights = []
    add = writing._write

    def remember(raster, written, indexes, part, strip):
        heights.append(strip.shape[1])
        add(raster, written, indexes, part, strip)

    monkeypatch.setattr(writing, '_write', remember)
    file = write(tmp_path / 'in' / 'a.tif', scene(1, (2000, 64)).astype(np.uint8))
    translate_files(Blur(), job([file], tile_px=256, blend_px=16))
    assert sum(heights) == 2000
    assert max(heights) <= 512


class Coarse(Blur):
    """A network that pads by reflection where it is coarsest."""

    def translate(self, images, source='source', target='target', valid=None):
        small = torch.nn.functional.avg_pool2d(images, 4)
        padded = torch.nn.functional.pad(small, [1] * 4, mode='reflect')
        return torch.nn.functional.interpolate(padded[..., 1:-1, 1:-1], scale_factor=4)


@pytest.mark.parametrize('shape', [(1, 40), (2, 40), (40, 1), (1, 1), (3, 5)])
def test_scenes_of_a_pixel_or_two(shape):
    images = np.full((1, 3, *shape), 7.0, np.float32)
    valid = np.ones((1, *shape), bool)
    found = translate_batch(Coarse(), images, valid, Route())
    assert found.shape == images.shape
    assert (found == 7).all()


@pytest.mark.parametrize('cut_off', [True, False])
def test_a_result_that_is_not_whole_is_made_again(tmp_path, cut_off):
    """Also one that GDAL reads as zeros: it never wrote the pixels."""
    files = write_scenes(tmp_path)
    job = Job(files, tmp_path / 'out', 'c.py', checkpoint(tmp_path), Route(), Tiling())
    translate_files(Blur(), job)
    wanted = {n: (job.out / n).read_bytes() for n in files}
    spoilt = job.out / next(iter(files))
    if cut_off:
        spoilt.write_bytes(spoilt.read_bytes()[:-200])
    else:
        with rasterio.open(spoilt) as raster:
            profile = dict(raster.profile, sparse_ok=True)
        with rasterio.open(spoilt, 'w', **profile):
            pass
    translate_files(Blur(), job)
    assert {n: (job.out / n).read_bytes() for n in files} == wanted


def test_refuses_to_write_over_what_it_reads(tmp_path):
    files = write_scenes(tmp_path)
    folder = next(iter(files.values())).parent
    job = Job(files, folder, 'c.py', checkpoint(tmp_path), Route(), Tiling())
    with pytest.raises(ValueError, match='would take its place: let --out be another'):
        translate_files(Blur(), job)


def test_refuses_two_results_of_one_name(tmp_path):
    files = [tmp_path / 's.tif', tmp_path / 's.img']
    with pytest.raises(ValueError, match=r's\.tif and .*s\.img would both'):
        named_outputs(files)


def write_scenes(folder):
    """Two patches, by the name of their translation."""
    (folder / 'in').mkdir()
    files = {}
    for number in range(2):
        pixels = np.random.default_rng(number).integers(9, 99, (24, 24, 3), np.uint8)
        file = folder / 'in' / f'{number}.tif'
        file.write_bytes(encode_geotiff(pixels, ('red', 'green', 'blue')))
        files[file.name] = file
    return files


def checkpoint(folder):
    file = folder / 'c.pth'
    file.write_bytes(b'weights')
    return file
