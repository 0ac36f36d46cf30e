"""Rasters that are read back: whatever is missing of one is noticed."""

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioError

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.verified import is_whole, verify, write_verified

SHAPE = 64, 96
PIXELS = np.random.default_rng(0).integers(256, size=SHAPE, dtype=np.uint8)
SIDES = dict(height=SHAPE[0], width=SHAPE[1], count=1, dtype='uint8')
TILES = dict(tiled=True, blockxsize=32, blockysize=32, compress='deflate')
GEOTIFF = dict(driver='GTiff', **SIDES, **TILES)


def write(file, mask=None):
    profile = GEOTIFF if file.suffix == '.tif' else dict(driver='PNG', **SIDES)
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(file, 'w', **profile) as raster,
    ):
        raster.write(PIXELS, 1)
        if mask is not None:
            raster.write_mask(mask)
    return file


@pytest.mark.parametrize('name', ['a.tif', 'a.png'])
@pytest.mark.parametrize('missing', [30, 1000, 5000])
def test_a_raster_that_is_cut_off_is_not_whole(name, missing, tmp_path):
    file = write(tmp_path / name)
    assert is_whole(file)
    file.write_bytes(file.read_bytes()[:-missing])
    assert not is_whole(file)


def test_a_mask_that_is_cut_off_is_noticed(tmp_path):
    """It stands behind the pixels, all of which can still be read."""
    file = write(tmp_path / 'a.tif', mask=PIXELS > 99)
    assert is_whole(file)
    file.write_bytes(file.read_bytes()[:-30])
    with open_raster(file) as raster:
        np.testing.assert_array_equal(raster.read(1), PIXELS)
    assert not is_whole(file)


def test_what_is_no_raster_is_not_whole(tmp_path):
    (tmp_path / 'a.tif').write_text('text')
    assert not is_whole(tmp_path / 'a.tif')
    assert not is_whole(tmp_path / 'b.tif')


def test_a_block_that_was_never_written_is_noticed(tmp_path):
    """GDAL reads it as zeros, without a word."""
    file = tmp_path / 'a.tif'
    with rasterio.open(file, 'w', sparse_ok=True, **GEOTIFF) as raster:
        raster.write(PIXELS[:, :32], 1, window=((0, 64), (0, 32)))
    with rasterio.open(file) as raster:
        assert not raster.read(1)[:, 32:].any()
    with pytest.raises(RasterioError, match='block 0, 1 was not written'):
        verify(file)


def test_appears_when_all_of_it_is_there(tmp_path):
    file = tmp_path / 'a.tif'
    with write_verified(file, **GEOTIFF) as raster:
        raster.write(PIXELS, 1)
        assert not file.exists()
    with rasterio.open(file) as raster:
        np.testing.assert_array_equal(raster.read(1), PIXELS)
    assert list(tmp_path.iterdir()) == [file]


def test_half_a_raster_takes_no_place(tmp_path):
    file = write(tmp_path / 'a.tif')
    before = file.read_bytes()
    with (
        pytest.raises(OSError, match=r'a\.tif: can not be written .block 0, 1 was not'),
        write_verified(file, sparse_ok=True, **GEOTIFF) as raster,
    ):
        raster.write(PIXELS[:, :32], 1, window=((0, 64), (0, 32)))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_of_gdal_on_a_full_disk_says_so(tmp_path, monkeypatch):
    full = type('Usage', (), dict(total=2**30, used=2**30, free=0))
    monkeypatch.setattr('shutil.disk_usage', lambda _: full)
    with (
        pytest.raises(OSError, match=r'a\.tif.*space'),
        write_verified(tmp_path / 'a.tif', sparse_ok=True, **GEOTIFF),
    ):
        pass
