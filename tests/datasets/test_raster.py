import importlib
import warnings

import cv2
import numpy as np
import pytest
import rasterio
import torch
from mmengine.dataset import Compose
from mmseg.datasets.transforms import LoadAnnotations
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning

from mmuda.datasets import rasters
from mmuda.datasets.transforms import LoadLabels, LoadRaster


def pixels(bands=3, dtype=np.uint8, height=12, width=10):
    rng = np.random.default_rng(0)
    return rng.integers(1, 200, (height, width, bands)).astype(dtype)


def write_tif(file, image, descriptions=None, mask=None, **options):
    height, width, count = image.shape
    with rasterio.open(
        file,
        'w',
        driver='GTiff',
        height=height,
        width=width,
        count=count,
        dtype=image.dtype,
        **options,
    ) as raster:
        raster.write(image.transpose(2, 0, 1))
        if descriptions:
            raster.descriptions = descriptions
        if mask is not None:
            raster.write_mask(mask)
    return str(file)


def load(file, bands=None):
    return LoadRaster(bands)({'img_path': str(file)})


def load_labels(file, *arguments, **results):
    fields = {'img_path': 'a.tif', 'seg_map_path': str(file), 'seg_fields': []}
    return LoadLabels(*arguments)({**fields, **results})


@pytest.mark.parametrize('dtype', ['uint8', 'uint16', 'int16', 'float32', 'float64'])
def test_all_bands(tmp_path, dtype):
    image = pixels(5, dtype)
    results = load(write_tif(tmp_path / 'a.tif', image))
    assert results['img'].dtype == (np.uint8 if dtype == 'uint8' else np.float32)
    assert results['img'].flags.c_contiguous
    np.testing.assert_array_equal(results['img'], image)
    assert results['img_shape'] == results['ori_shape'] == (12, 10)
    assert 'nodata' not in results


def test_bands_by_name_and_number(tmp_path):
    image = pixels(4)
    file = write_tif(tmp_path / 'a.tif', image, ('NIR', 'red', 'green', 'Height'))
    for bands, columns in (
        (['nir', 'red', 'green'], [0, 1, 2]),
        (['HEIGHT', 'Red'], [3, 1]),
        ([3, 'nir', 3], [2, 0, 2]),
        ([1], [0]),
    ):
        np.testing.assert_array_equal(load(file, bands)['img'], image[..., columns])


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.bmp'])
def test_photos_have_colours(tmp_path, name):
    flat = np.zeros((16, 16, 3), np.uint8) + np.array((200, 100, 50), np.uint8)
    Image.fromarray(flat).save(tmp_path / name)
    image = load(tmp_path / name, ['blue', 'green', 'red'])['img']
    assert np.abs(image - np.array((50.0, 100, 200))).max() <= 2
    assert load(tmp_path / name)['img'].shape == (16, 16, 3)


@pytest.mark.parametrize('band', ['nir', 0, 4, -1, '1'])
def test_rejects_unknown_bands(tmp_path, band):
    file = write_tif(tmp_path / 'a.tif', pixels(), ('a', 'b', 'c'))
    expected = rf'a\.tif: no band {band!r}, expected one of a, b, c or a number from 1'
    with pytest.raises(ValueError, match=expected):
        load(file, ['a', band])


def test_bands_without_names_are_numbered(tmp_path):
    file = write_tif(tmp_path / 'a.tif', pixels(2, np.uint16), ('height', ''))
    with pytest.raises(ValueError, match=r'no band .x., expected one of height, 2 or'):
        load(file, ['x'])


def test_nodata_value(tmp_path):
    """In 8 bits all bands must hold it, in wider types one is enough."""
    for dtype, invalid in ((np.uint8, [(2, 3)]), (np.float32, [(2, 3), (4, 5)])):
        image = pixels(3, dtype)
        image[2, 3] = 0
        image[4, 5, 1] = 0
        file = write_tif(tmp_path / f'{np.dtype(dtype)}.tif', image, nodata=0)
        nodata = load(file)['nodata']
        assert nodata.dtype == bool
        assert [tuple(p) for p in np.argwhere(nodata).tolist()] == invalid


def test_nodata_of_bands_not_asked_for_does_not_count(tmp_path):
    image = pixels(2, np.float32)
    image[2, 3, 1] = np.nan
    file = write_tif(tmp_path / 'a.tif', image, nodata=np.nan)
    assert 'nodata' not in load(file, [1])
    assert load(file, [2])['nodata'].sum() == 1


def test_invalid_pixels_hold_the_mean(tmp_path):
    image = pixels(2, np.float32)
    image[2, 3], image[0] = -9999, np.nan
    results = load(write_tif(tmp_path / 'a.tif', image, nodata=-9999))
    nodata = results['nodata']
    assert nodata[2, 3]
    assert nodata[0].all()
    valid = image[~nodata]
    assert np.isfinite(results['img']).all()
    np.testing.assert_allclose(results['img'][2, 3], valid.mean(0), rtol=1e-5)


def test_nothing_valid(tmp_path):
    results = load(write_tif(tmp_path / 'a.tif', pixels() * 0, nodata=0))
    assert results['nodata'].all()
    assert not results['img'].any()


def test_alpha(tmp_path):
    image = pixels(4)
    image[..., 3] = 255
    image[3:5, 2, 3] = 0
    Image.fromarray(image).save(tmp_path / 'a.png')
    results = load(tmp_path / 'a.png')
    assert results['img'].shape == (12, 10, 3)
    np.testing.assert_array_equal(results['nodata'], image[..., 3] == 0)


def test_mask(tmp_path):
    mask = np.full((12, 10), 255, np.uint8)
    mask[:2] = 0
    results = load(write_tif(tmp_path / 'a.tif', pixels(), mask=mask))
    np.testing.assert_array_equal(results['nodata'], mask == 0)


def test_rejects_broken_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'b\.tif: no such file'):
        load(tmp_path / 'b.tif')
    write_tif(tmp_path / 'a.tif', pixels(3, np.uint8, 200, 200))
    content = (tmp_path / 'a.tif').read_bytes()
    for part in (content[:5], content[: len(content) // 2]):
        (tmp_path / 'a.tif').write_bytes(part)
        with pytest.raises(ValueError, match=r'a\.tif: not a raster that GDAL'):
            load(tmp_path / 'a.tif')


def test_no_warning_about_missing_georeference(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), pixels())
    with warnings.catch_warnings():
        warnings.simplefilter('error', NotGeoreferencedWarning)
        with pytest.raises(NotGeoreferencedWarning, match='no geotransform'):
            load(tmp_path / 'a.png')
        importlib.reload(rasters)  # puts its filter in front again
        load(tmp_path / 'a.png')


def test_labels_match_mmseg(tmp_path):
    ids = np.random.default_rng(0).choice([0, 1, 2, 3, 255], (9, 7)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'a.png'), ids)
    for label_map, reduce_zero_label in (
        (None, False),
        ({0: 1, 1: 0, 2: 255, 3: 2}, False),
        (None, True),
        ({0: 1, 1: 0, 2: 255}, True),
    ):
        sample = {'label_map': label_map, 'reduce_zero_label': reduce_zero_label}
        results = load_labels(tmp_path / 'a.png', **sample)
        fields = {'seg_map_path': str(tmp_path / 'a.png'), 'seg_fields': []}
        expected = LoadAnnotations()({**fields, **sample})
        np.testing.assert_array_equal(results['gt_seg_map'], expected['gt_seg_map'])
        assert results['gt_seg_map'].dtype == expected['gt_seg_map'].dtype
        assert results['seg_fields'] == expected['seg_fields'] == ['gt_seg_map']


def test_palette_gives_ids(tmp_path):
    ids = np.arange(6, dtype=np.uint8).reshape(2, 3)
    image = Image.fromarray(ids, mode='P')
    image.putpalette([9, 8, 7] * 256)
    image.save(tmp_path / 'a.png')
    labels = load_labels(tmp_path / 'a.png', 255, 6)['gt_seg_map']
    np.testing.assert_array_equal(labels, ids)


def test_wide_integers(tmp_path):
    ids = np.array([[0, 5, 255]], np.int32)
    file = write_tif(tmp_path / 'a.tif', ids[..., None])
    labels = load_labels(file, 255, 6)['gt_seg_map']
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, ids)


def test_nodata_of_the_image_is_ignored(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((3, 4), 2, np.uint8))
    nodata = np.eye(3, 4, dtype=bool)
    labels = load_labels(tmp_path / 'a.png', nodata=nodata)['gt_seg_map']
    np.testing.assert_array_equal(labels, np.where(nodata, 255, 2))


def test_rejects_ids_that_are_no_class(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.array([[0, 5, 6, 9, 255]], np.uint8))
    with pytest.raises(
        ValueError, match=r'ids 6 \(20 %\), 9 \(20 %\), expected 0 to 5'
    ):
        load_labels(tmp_path / 'a.png', 255, 6)
    file = write_tif(tmp_path / 'a.tif', np.array([[[-1], [300]]], np.int16))
    with pytest.raises(
        ValueError, match=r'ids -1 \(.*\), 300 \(.*\), expected 0 to 255 or'
    ):
        load_labels(file)


def test_ids_are_checked_after_mapping(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.array([[0, 1, 9]], np.uint8))
    labels = load_labels(tmp_path / 'a.png', 255, 2, label_map={9: 255})['gt_seg_map']
    np.testing.assert_array_equal(labels, [[0, 1, 255]])


def test_rejects_labels_of_another_size(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((3, 4), np.uint8))
    expected = r'a\.png: labels of 3 x 4 pixels, expected 3 x 5 as in a\.tif'
    with pytest.raises(ValueError, match=expected):
        load_labels(tmp_path / 'a.png', ori_shape=(3, 5))


def test_rejects_labels_in_colour(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), pixels())
    with pytest.raises(ValueError, match=r'a\.png: 3 bands of uint8, expected one'):
        load_labels(tmp_path / 'a.png')
    file = write_tif(tmp_path / 'a.tif', pixels(1, np.float32))
    with pytest.raises(ValueError, match='1 bands of float32, expected one band'):
        load_labels(file)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_transforms_of_mmseg_follow(tmp_path, dtype):
    image = pixels(4, dtype, 40, 50)
    write_tif(tmp_path / 'a.tif', image)
    cv2.imwrite(str(tmp_path / 'a.png'), (image[..., 0] % 6).astype(np.uint8))
    pipeline = Compose(
        [
            dict(type='LoadRaster', bands=[1, 2, 4]),
            dict(type='LoadLabels', num_classes=6),
            dict(type='Resize', scale=(100, 80)),
            dict(type='RandomCrop', crop_size=(32, 48), cat_max_ratio=0.9),
            dict(type='RandomFlip', prob=1.0),
            dict(type='PackSegInputs'),
        ]
    )
    packed = pipeline(
        {
            'img_path': str(tmp_path / 'a.tif'),
            'seg_map_path': str(tmp_path / 'a.png'),
            'seg_fields': [],
            'label_map': None,
            'reduce_zero_label': False,
        }
    )
    assert packed['inputs'].shape == (3, 32, 48)
    labels = packed['data_samples'].gt_sem_seg.data
    assert labels.shape == (1, 32, 48)
    assert set(labels.unique().tolist()) <= set(range(6))
    assert packed['data_samples'].ori_shape == (40, 50)
    assert packed['data_samples'].img_shape == (32, 48)


def test_image_and_labels_stay_together(tmp_path):
    """Through crop and flip, each label is that of its pixel."""
    ids = pixels(1, np.uint8, 40, 50) % 6
    write_tif(tmp_path / 'a.tif', np.repeat(ids * 10, 3, axis=-1))
    cv2.imwrite(str(tmp_path / 'a.png'), ids[..., 0])
    steps = ('LoadRaster', 'LoadLabels', 'RandomCrop', 'RandomFlip', 'PackSegInputs')
    options = {'RandomCrop': {'crop_size': 24}, 'RandomFlip': {'prob': 1.0}}
    pipeline = Compose([{'type': step, **options.get(step, {})} for step in steps])
    packed = pipeline(
        {
            'img_path': str(tmp_path / 'a.tif'),
            'seg_map_path': str(tmp_path / 'a.png'),
            'seg_fields': [],
            'reduce_zero_label': False,
        }
    )
    labels = packed['data_samples'].gt_sem_seg.data
    assert (packed['inputs'] == 10 * labels).all()


@pytest.mark.parametrize('labelled', [True, False])
def test_invalid_pixels_stay_with_the_image(tmp_path, labelled):
    """Through crop, flip and rotation; what rotation adds is invalid as well."""
    image = np.full((40, 50, 3), 100, np.uint8)
    image[5:20, 10:30] = 0
    write_tif(tmp_path / 'a.tif', image, nodata=0)
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((40, 50), np.uint8))
    steps = [
        dict(type='LoadRaster'),
        dict(type='LoadLabels'),
        dict(type='RandomCrop', crop_size=24),
        dict(type='RandomFlip', prob=1.0),
        dict(type='RandomRotate', prob=1.0, degree=30.0, seg_pad_val=255),
        dict(type='PackRaster'),
    ]
    if not labelled:
        del steps[1]
    sample = {
        'img_path': str(tmp_path / 'a.tif'),
        'seg_map_path': str(tmp_path / 'a.png'),
        'seg_fields': [],
        'reduce_zero_label': False,
    }
    np.random.seed(0)
    labels = Compose(steps)(dict(sample))['data_samples']
    invalid = labels.invalid.data
    assert invalid.shape == (1, 24, 24)
    assert 0 < invalid.sum() < invalid.numel()
    if labelled:
        assert torch.equal(invalid, labels.gt_sem_seg.data == 255)


def test_valid_images_have_no_mask(tmp_path):
    file = write_tif(tmp_path / 'a.tif', pixels())
    pipeline = Compose([dict(type='LoadRaster'), dict(type='PackRaster')])
    assert 'invalid' not in pipeline({'img_path': file})['data_samples']


def test_loading_twice_leaves_nothing_behind(tmp_path):
    image = pixels()
    image[0, 0] = 0
    spoilt = write_tif(tmp_path / 'a.tif', image, nodata=0)
    results = LoadRaster()({'img_path': spoilt})
    assert results['seg_fields'] == ['invalid']
    results['img_path'] = write_tif(tmp_path / 'b.tif', pixels())
    results = LoadRaster()(results)
    assert results['seg_fields'] == []
    assert 'invalid' not in results


@pytest.mark.parametrize('missing', [30, 1000, 3000])
def test_a_truncated_png_is_refused(tmp_path, missing):
    """GDAL's own default gives its pixels for good, and they are wrong."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for kind, content in (('image', pixels), ('mask', pixels[..., 0])):
        file = tmp_path / f'{kind}.png'
        cv2.imwrite(str(file), content)
        file.write_bytes(file.read_bytes()[:-missing])
        with pytest.raises(ValueError, match=rf'{kind}\.png: not a raster that GDAL'):
            LoadRaster().transform(dict(img_path=str(file)))


def test_labels_of_another_size_are_not_decoded(tmp_path, monkeypatch):
    """A few kilobytes can say that they are gigabytes of pixels."""
    file = tmp_path / 'bomb.tif'
    profile = dict(driver='GTiff', count=1, dtype='uint8', sparse_ok=True)
    with rasterio.open(file, 'w', width=200_000, height=200_000, **profile):
        pass
    assert file.stat().st_size < 2**22
    sample = dict(seg_map_path=str(file), img_path='i.tif', ori_shape=(16, 16))
    with pytest.raises(ValueError, match='200000 x 200000 pixels, expected 16 x 16'):
        LoadLabels().transform(dict(sample, seg_fields=[]))
