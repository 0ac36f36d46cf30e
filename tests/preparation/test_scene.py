import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import from_origin

from mmuda.datasets.rasters import encode_geotiff
from mmuda.preparation.scene import Scene, read_scene, resample, write_scene


def random_scene(height=24, width=32, bands=('nir', 'red', 'green'), **options):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (height, width, len(bands)), np.uint8)
    labels = rng.choice([0, 1, 2, 3, 4, 5, 255], (height, width)).astype(np.uint8)
    return Scene(image, labels, bands, **{'gsd_m': 0.05, **options})


@pytest.mark.parametrize('count', [1, 3, 6])
def test_resample_averages_the_image(count):
    scene = random_scene(bands=tuple(f'band {b}' for b in range(count)))
    coarse = resample(scene, 0.2)
    blocks = scene.image.reshape(6, 4, 8, 4, count).mean((1, 3))
    assert coarse.image.shape == (6, 8, count)
    assert np.abs(coarse.image - blocks).max() <= 0.51
    assert coarse.gsd_m == 0.2


def test_resample_takes_labels_at_pixel_centres():
    scene = random_scene(27, 18, gsd_m=0.09)
    coarse = resample(scene, 0.27)
    np.testing.assert_array_equal(coarse.labels, scene.labels[1::3, 1::3])


def test_resample_odd_ratio_makes_up_no_class():
    scene = random_scene(200, 300, gsd_m=0.09)
    scene.labels[scene.labels == 2] = 3
    coarse = resample(scene, 0.2)
    assert coarse.labels.shape == coarse.image.shape[:2] == (90, 135)
    assert set(np.unique(coarse.labels)) == {0, 1, 3, 4, 5, 255}


def test_resample_keeps_the_extent():
    transform = from_origin(550_000, 5_804_000, 0.05, 0.05)
    coarse = resample(random_scene(transform=transform), 0.2)
    assert coarse.transform.almost_equals(from_origin(550_000, 5_804_000, 0.2, 0.2))


def test_resample_to_finer_pixels():
    fine = resample(random_scene(gsd_m=0.4), 0.2)
    assert fine.image.shape == (48, 64, 3)
    np.testing.assert_array_equal(fine.labels[::2, ::2], random_scene().labels)


def test_resample_to_its_own_resolution_does_nothing():
    scene = random_scene()
    assert resample(scene, 0.05) is scene


@pytest.mark.parametrize('located', [True, False])
def test_write_and_read(tmp_path, located):
    where = {}
    if located:
        transform = from_origin(550_000, 5_804_000, 0.05, 0.05)
        where = {'transform': transform, 'crs': CRS.from_epsg(25832)}
    scene = random_scene(bands=('nir', 'red', 'green', 'blue', 'height'), **where)
    write_scene(tmp_path / 'scenes' / 'a.b', scene)
    again = read_scene(tmp_path / 'scenes' / 'a.b')
    np.testing.assert_array_equal(again.image, scene.image)
    np.testing.assert_array_equal(again.labels, scene.labels)
    for field in ('bands', 'gsd_m', 'transform', 'crs'):
        assert getattr(again, field) == getattr(scene, field)
    files = sorted(f.name for f in (tmp_path / 'scenes').iterdir())
    assert files == ['a.b.tif', 'a.b_label.tif']


def test_rejects_what_does_not_fit():
    image, labels = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8)
    with pytest.raises(ValueError, match=r'\(4, 5, 3\) does not fit .* 2 bands'):
        Scene(image, labels, ('red', 'green'), 0.2)
    with pytest.raises(ValueError, match=r'does not fit labels of shape \(3, 5\)'):
        Scene(image, labels[1:], ('nir', 'red', 'green'), 0.2)
    with pytest.raises(ValueError, match='must be uint8, got uint8 and int64'):
        Scene(image, labels.astype(np.int64), ('nir', 'red', 'green'), 0.2)


def test_rejects_missing_or_broken_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'a_label\.tif: no such file'):
        read_scene(tmp_path / 'a')
    write_scene(tmp_path / 'a', random_scene())
    (tmp_path / 'a.tif').write_bytes(b'no raster')
    with pytest.raises(ValueError, match=r'a\.tif: not a raster that GDAL can read'):
        read_scene(tmp_path / 'a')


def test_rejects_a_raster_of_unknown_resolution(tmp_path):
    write_scene(tmp_path / 'a', random_scene())
    (tmp_path / 'a.tif').write_bytes(encode_geotiff(random_scene().image, 'abc'))
    with pytest.raises(ValueError, match=r'a\.tif: no tag gsd_m'):
        read_scene(tmp_path / 'a')


def test_failed_write_leaves_nothing(tmp_path):
    (tmp_path / 'a.tif').mkdir()
    with pytest.raises(IsADirectoryError, match=r'a\.tif'):
        write_scene(tmp_path / 'a', random_scene())
    assert list(tmp_path.iterdir()) == [tmp_path / 'a.tif']
