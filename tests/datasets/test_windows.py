from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from rasterio.shutil import copy

from mmuda.datasets.checks import check_labels
from mmuda.datasets.domain import DomainConcatDataset, SeededIndex
from mmuda.datasets.rasters import encode_geotiff
from mmuda.datasets.windows import Box, grid, origins

init_default_scope('mmseg')
PIPELINE = [dict(type='LoadRaster'), dict(type='LoadLabels'), dict(type='PackRaster')]
META = {'classes': ('field', 'road'), 'palette': [[0, 255, 0], [255, 0, 0]]}


@pytest.fixture
def scene(tmp_path):
    """One scene of 50 x 70 pixels, 3 bands of 16 bits, and its labels."""
    rng = np.random.default_rng(0)
    image = rng.integers(1, 5000, (50, 70, 3), dtype=np.uint16)
    image[:5, :5] = 0
    labels = rng.integers(2, size=(50, 70), dtype=np.uint8)
    for folder, pixels, bands, nodata in (
        ('images', image, ('nir', 'red', 'green'), 0),
        ('masks', labels, ('label',), None),
    ):
        (tmp_path / folder).mkdir()
        content = encode_geotiff(pixels, bands, nodata=nodata)
        (tmp_path / folder / 'a.tif').write_bytes(content)
    return tmp_path, image, labels


def build(root, pipeline=PIPELINE, **options):
    folders = dict(img_path='images', seg_map_path='masks')
    settings = dict(data_prefix=folders, img_suffix='.tif', seg_map_suffix='.tif')
    settings |= dict(type='FolderDataset', metainfo=META, pipeline=pipeline)
    return DATASETS.build({'data_root': str(root), **settings, **options})


@pytest.mark.parametrize(('length', 'size', 'overlap'), [(50, 16, 0), (51, 16, 5)])
def test_origins_cover_an_axis(length, size, overlap):
    seen = np.zeros(length, int)
    starts = origins(length, size, overlap)
    for start in starts:
        seen[start : start + size] += 1
        assert 0 <= start <= length - size
    assert seen.min() == 1
    assert set(np.diff(starts)[:-1]) == {size - overlap}
    assert origins(10, 16) == [0]


def test_cells_hold_their_windows_and_stay_in_the_region():
    region = Box(7, 11, 50, 70)
    samples = grid(region, 16)
    seen = np.zeros((100, 100), int)
    for sample in samples:
        window, cell = sample.window, sample.cell
        seen[window.row : window.row + 16, window.column : window.column + 16] += 1
        assert window.within(cell)
        assert cell.within(region)
        assert max(cell.height, cell.width) <= 32
    assert seen[7:57, 11:81].min() == 1
    seen[7:57, 11:81] = 0
    assert not seen.any()
    (small,) = grid(Box(0, 0, 10, 12), 16)
    assert small.window == small.cell == Box(0, 0, 10, 12)


def test_samples_are_windows_of_the_scene(scene):
    root, image, labels = scene
    dataset = build(root, window_px=16)
    assert len(dataset) == 4 * 5
    names = set()
    for index in range(len(dataset)):
        at = dataset.get_data_info(index)['window']
        here = np.s_[at.row : at.row + 16, at.column : at.column + 16]
        sample = dataset[index]
        nodata = (image[here] == 0).any(-1)
        found = sample['inputs'].numpy().transpose(1, 2, 0)
        np.testing.assert_array_equal(found[~nodata], image[here][~nodata])
        truth = np.where(nodata, 255, labels[here])
        np.testing.assert_array_equal(sample['data_samples'].gt_sem_seg.data[0], truth)
        name = Path(sample['data_samples'].img_path).name
        assert name == f'a_{at.row}_{at.column}.tif'
        names.add(name)
    assert len(names) == len(dataset)


def test_windows_move_within_their_cells_by_the_seed(scene):
    root, image, labels = scene
    source = build(root, [dict(type='RandomWindow'), *PIPELINE], window_px=16)
    dataset = DomainConcatDataset(source)
    seen = []
    for seed in (1, 1, 2, 3, 4, 5):
        sample = dataset[SeededIndex(6, seed)]
        at, cell = sample['data_samples'].window, source.get_data_info(6)['cell']
        assert at.within(cell)
        here = np.s_[at.row : at.row + 16, at.column : at.column + 16]
        found = sample['inputs'].numpy().transpose(1, 2, 0)
        np.testing.assert_array_equal(found, image[here])
        truth = sample['data_samples'].gt_sem_seg.data[0]
        np.testing.assert_array_equal(truth, labels[here])
        seen.append((at.row, at.column))
    assert seen[0] == seen[1]
    assert len(set(seen)) > 3


def test_nothing_but_the_window_is_read(scene):
    """Also through a mosaic: the last rows of the file behind it are broken."""
    root, image, _ = scene
    file = root / 'images/a.tif'
    content = file.read_bytes()
    file.write_bytes(content[:9000] + bytes(9000) + content[18000:])
    (root / 'mosaic').mkdir()
    copy(str(file), str(root / 'mosaic/a.vrt'), driver='VRT')
    for folder, suffix in (('images', '.tif'), ('mosaic', '.vrt')):
        options = dict(data_prefix=dict(img_path=folder), img_suffix=suffix)
        pipeline = [PIPELINE[0], PIPELINE[2]]
        with pytest.raises(ValueError, match=f'a{suffix}: not a raster that GDAL can'):
            build(root, pipeline, **options)[0]
        found = build(root, pipeline, window_px=16, **options)[1]['inputs']
        expected = image[:16, 16:32].transpose(2, 0, 1)
        np.testing.assert_array_equal(found, expected)


def test_checks_read_the_windows(scene):
    root, *_ = scene
    check_labels(build(root, window_px=16), 2)
    with pytest.raises(ValueError, match=r'class ids 1 \(.* %\), expected 0 to 0'):
        check_labels(build(root, window_px=16), 1)
    other = encode_geotiff(np.zeros((60, 70), np.uint8), ['label'])
    (root / 'masks/a.tif').write_bytes(other)
    with pytest.raises(ValueError, match='labels of 60 x 70 pixels, expected 50 x 70'):
        check_labels(build(root, window_px=16), 2)


def test_refuses_masks_of_0_and_255(scene):
    root, _, labels = scene
    (root / 'masks/a.tif').write_bytes(encode_geotiff(255 * labels, ['label']))
    with pytest.raises(ValueError, match='nothing is learned but field; if 255'):
        check_labels(build(root), 2)


def test_refuses_windows_of_no_size(scene):
    with pytest.raises(ValueError, match='window_px must be at least 1, got 0'):
        build(scene[0], window_px=0)
