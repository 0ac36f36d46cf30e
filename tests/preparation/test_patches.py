import numpy as np
import pytest

from mmuda.preparation.patches import (
    draw_patch,
    draw_placement,
    window_origins,
)
from mmuda.preparation.scene import Scene


def ramp_scene(height=40, width=60, bands=3):
    """Bands that grow slowly, so that interpolation can be checked closely."""
    y, x = np.mgrid[:height, :width]
    image = np.stack([x + (b % 4 + 1) * y for b in range(bands)], -1)
    labels = np.random.default_rng(0).choice([0, 1, 2, 3, 4, 5, 255], (height, width))
    names = tuple(map(str, range(bands)))
    return Scene(image.astype(np.uint8), labels.astype(np.uint8), names, 0.2)


def reflect(position, length):
    """Reflection about the outermost pixel centres, written as a walk."""
    period = 2 * (length - 1)
    position = position % period
    return position if position < length else period - position


def positions(scene, size, seed):
    """Where each patch pixel lies in the scene (column, row)."""
    rng = np.random.default_rng(seed)
    placement = draw_placement(*scene.labels.shape, size, rng)
    y, x = np.mgrid[:size, :size]
    return np.einsum('ij,jyx->iyx', placement, np.stack([x, y, np.ones_like(x)]))


@pytest.mark.parametrize('seed', range(5))
def test_labels_are_those_of_the_nearest_pixels(seed):
    scene, size = ramp_scene(), 50
    _, labels = draw_patch(scene, size, np.random.default_rng(seed))
    where = positions(scene, size, seed)
    checked = 0
    for row in range(size):
        for column in range(size):
            x, y = where[:, row, column]
            # OpenCV rounds positions to 1/1024 pixel: leave out what is on the edge.
            if max(abs(x % 1 - 0.5), abs(y % 1 - 0.5)) < 0.5 and not (
                abs(x % 1 - 0.5) < 0.01 or abs(y % 1 - 0.5) < 0.01
            ):
                expected = scene.labels[reflect(round(y), 40), reflect(round(x), 60)]
                assert labels[row, column] == expected
                checked += 1
    assert checked > 0.9 * size**2


@pytest.mark.parametrize('bands', [1, 3, 4, 6])  # OpenCV knows up to 4
@pytest.mark.parametrize('seed', range(3))
def test_image_is_bilinear(seed, bands):
    scene, size = ramp_scene(bands=bands), 20
    image, _ = draw_patch(scene, size, np.random.default_rng(seed))
    x, y = positions(scene, size, seed)
    inside = (x >= 0) & (x <= 59) & (y >= 0) & (y <= 39)
    assert inside.any()
    assert image.shape == (size, size, bands)
    for band in range(bands):
        error = np.abs(image[..., band] - (x + (band % 4 + 1) * y))[inside]
        assert error.max() < 0.7


def test_depends_on_the_generator_alone():
    scene = ramp_scene()
    first, again, other = (
        draw_patch(scene, 16, np.random.default_rng(seed))[1] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_patch_larger_than_the_scene():
    image, labels = draw_patch(ramp_scene(10, 12), 64, np.random.default_rng(0))
    assert image.shape == (64, 64, 3)
    assert set(np.unique(labels)) <= {0, 1, 2, 3, 4, 5, 255}


def test_placements_fill_their_ranges():
    rng = np.random.default_rng(0)
    placements = np.array([draw_placement(40, 60, 9, rng) for _ in range(2000)])
    linear, offset = placements[..., :2], placements[..., 2]
    np.testing.assert_allclose(np.linalg.det(linear), 1)  # no scaling
    centres = offset + linear @ (4, 4)
    assert centres.min() >= 0
    assert (centres <= (59, 39)).all()
    np.testing.assert_allclose(centres.mean(0), (29.5, 19.5), atol=1)
    angles = np.degrees(np.arctan2(linear[:, 1, 0], linear[:, 0, 0])) % 360
    assert np.histogram(angles, 8, (0, 360))[0].min() > 200
    shears = np.degrees(np.arctan((linear[:, :, 0] * linear[:, :, 1]).sum(1)))
    assert np.abs(shears).max() <= 10 + 1e-9
    assert np.histogram(shears, 4, (-10, 10))[0].min() > 400


def test_windows_of_a_small_scene():
    expected = [(row, column) for row in (0, 2) for column in (0, 3, 4)]
    assert window_origins(5, 7, 3) == expected
    assert window_origins(3, 3, 3) == [(0, 0)]
    assert window_origins(6, 3, 3) == [(0, 0), (3, 0)]
    # 256 pixels that overlap by 32 (SemI2I, Sect. 3); the last is moved inwards.
    assert window_origins(256, 500, 256, 32) == [(0, 0), (0, 224), (0, 244)]
    assert window_origins(256, 480, 256, 32) == [(0, 0), (0, 224)]


@pytest.mark.parametrize('shape', [(64, 64), (65, 64), (127, 130), (100, 257)])
def test_windows_cover_everything(shape):
    covered = np.zeros(shape, int)
    origins = window_origins(*shape, 64)
    for row, column in origins:
        window = covered[row : row + 64, column : column + 64]
        assert window.shape == (64, 64)
        window += 1
    assert covered.min() == 1
    assert len(set(origins)) == len(origins) == np.prod(-(-np.array(shape) // 64))


def test_rejects_a_scene_smaller_than_a_window():
    with pytest.raises(ValueError, match=r'scene of 100 x 63 pixels is smaller .* 64'):
        window_origins(100, 63, 64)
