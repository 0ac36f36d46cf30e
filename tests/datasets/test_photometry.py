"""RandomPhotometry against its formulas, for any bands and types."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from mmuda.datasets.transforms import RandomPhotometry, SourceAugmentation

TYPES = ('uint8', 'uint16', 'int16', 'float32', 'float64')


def picture(bands=3, dtype='uint8', size=(24, 20)):
    rng = np.random.default_rng(bands)
    return rng.integers(20, 220, (*size, bands)).astype(dtype)


def alter(image, seed=0, invalid=None, **settings):
    np.random.seed(seed)
    results = dict(img=image.copy())
    if invalid is not None:
        results['invalid'] = invalid
    return RandomPhotometry(**settings).transform(results)['img']


def only(**strengths):
    """Settings under which nothing but the named happens, and that surely."""
    off = dict(gamma=0.0, contrast=0.0, brightness=0.0, noise=0.0, prob=(1, 0, 0))
    return {**off, **strengths}


@pytest.mark.parametrize('bands', [1, 3, 8])
@pytest.mark.parametrize('jitter', [0.0, 0.3, 1.0])
def test_change_of_values_is_the_formula(bands, jitter):
    image = picture(bands)
    settings = dict(gamma=0.5, contrast=0.4, brightness=0.1, jitter=jitter)
    found = alter(image, seed=3, **only(**settings))

    np.random.seed(3)
    np.random.random(3)
    numbers = []
    for _ in range(3):
        shared, own = np.random.uniform(-1, 1), np.random.uniform(-1, 1, bands)
        numbers.append([(1 - jitter) * shared + jitter * u for u in own])
    expected = np.empty(image.shape)
    for band in range(bands):
        u1, u2, u3 = (drawn[band] for drawn in numbers)
        x = (image[..., band] / 255) ** np.exp(0.5 * u1)
        x = x.mean() + (x - x.mean()) * np.exp(0.4 * u2) + 0.1 * u3
        expected[..., band] = np.clip(255 * x, 0, 255)
    # To the nearest integer, from single precision.
    assert np.abs(found - expected).max() < 0.5 + 1e-3
    assert np.abs(found.astype(int) - image).max() > 5


def test_bands_change_together_without_jitter():
    image = np.repeat(picture(1), 4, axis=-1)
    found = alter(image, **only(gamma=0.5, contrast=0.5, jitter=0.0))
    assert (found == found[..., :1]).all()
    found = alter(image, **only(gamma=0.5, contrast=0.5, jitter=1.0))
    assert (found[..., 0] != found[..., 1]).any()


@pytest.mark.parametrize('bands', [1, 2, 5])
def test_blur_is_a_gaussian(bands):
    image = picture(bands, 'float32')
    found = alter(image, **only(sigma=(1.5, 1.5), prob=(0, 1, 0)))
    for band in range(bands):
        expected = gaussian_filter(image[..., band], 1.5, mode='mirror', truncate=4)
        np.testing.assert_allclose(found[..., band], expected, rtol=1e-3, atol=0.05)


def test_noise_is_normal_and_no_stronger_than_said():
    image = np.full((200, 200, 2), 1000.0, np.float32)
    settings = only(noise=0.1, prob=(0, 0, 1), value_range=(0, 2000))
    deviations = []
    for seed in range(20):
        noise = alter(image, seed, **settings) - image
        assert abs(noise.mean()) < 0.02 * noise.std() + 1e-3
        deviations.append(noise.std())
        np.random.seed(seed)
        np.random.random(3)
        assert noise.std() == pytest.approx(2000 * np.random.uniform(0, 0.1), rel=0.02)
    assert max(deviations) < 210


@pytest.mark.parametrize('dtype', TYPES)
@pytest.mark.parametrize('bands', [1, 3, 8])
def test_keeps_shape_and_type(dtype, bands):
    image = picture(bands, dtype)
    found = alter(image, prob=(1, 1, 1))
    assert (found.shape, found.dtype) == (image.shape, image.dtype)
    assert not np.array_equal(found, image)
    still = alter(image, **only(prob=(1, 0, 1)))
    np.testing.assert_allclose(still, image, rtol=1e-5)


def test_integers_stay_in_their_range():
    image = np.tile(np.array([0, 255], np.uint8), (16, 8))[..., None]
    for seed in range(10):
        found = alter(image, seed, brightness=1.0, contrast=2.0, prob=(1, 0, 1))
        assert (found[image == 0].mean()) <= found[image == 255].mean()


def test_units_do_not_matter_where_the_range_is_the_images_own():
    """As reflectance or as digital numbers, an image is altered alike."""
    image = picture(4, 'float64')
    found = alter(image, prob=(1, 1, 1))
    scaled = alter(image * 40 - 7, prob=(1, 1, 1))
    np.testing.assert_allclose(scaled, found * 40 - 7, rtol=1e-3, atol=1)


@pytest.mark.parametrize('dtype', TYPES)
def test_invalid_pixels_count_nowhere(dtype):
    """Whatever they held, the valid ones come out the same; they hold their mean."""
    image = picture(3, dtype)
    invalid = np.zeros(image.shape[:2], np.uint8)
    invalid[5:9, 4:] = 1
    others = image.copy()
    others[invalid == 1] = 99
    everything = dict(prob=(1, 1, 1), noise=0.05)
    for seed in range(5):
        found = alter(image, seed, invalid, **everything)
        again = alter(others, seed, invalid, **everything)
        np.testing.assert_array_equal(found, again)
        mean = found[invalid == 0].mean(axis=0)
        assert np.abs(found[invalid == 1] - mean).max() <= 1
    nothing = np.ones_like(invalid)
    np.testing.assert_array_equal(alter(image, 0, nothing), image)


def test_each_change_happens_with_its_probability():
    image = picture()
    settings = dict(gamma=0.5, prob=(0.3, 0.0, 0.0))
    changed = [
        not np.array_equal(alter(image, s, **settings), image) for s in range(300)
    ]
    assert 0.22 < np.mean(changed) < 0.38


@pytest.mark.parametrize(
    ('settings', 'line'),
    [
        (dict(gamma=-0.1), 'gamma must not be negative, got -0.1'),
        (dict(jitter=1.5), r'jitter must be in \[0, 1\], got \[1.5\]'),
        (dict(prob=(0.5, 2, 0)), r'prob must be in \[0, 1\]'),
        (dict(sigma=(2.0, 1.0)), 'sigma must be two widths'),
    ],
)
def test_refuses_strengths_that_can_not_be(settings, line):
    with pytest.raises(ValueError, match=line):
        RandomPhotometry(**settings)


@pytest.mark.parametrize('dtype', ['uint8', 'float32'])
def test_strength_scales_all_of_it(dtype):
    """Against the settings multiplied by hand."""
    image = picture(4, dtype)
    strengths = dict(gamma=0.4, contrast=0.3, brightness=0.1, noise=0.04)
    scaled = {name: 1.5 * value for name, value in strengths.items()}
    expected = alter(image, **scaled, sigma=(0.75, 1.5), prob=(1, 1, 1))
    np.random.seed(0)
    augment = SourceAugmentation(
        strength=1.5, **strengths, sigma=(0.5, 1.0), prob=(1, 1, 1)
    )
    found = augment(dict(img=image.copy()))['img']
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1)
    assert np.abs(found - image.astype(float)).mean() > 5
    with pytest.raises(ValueError, match='strength must be positive, got 0'):
        SourceAugmentation(strength=0)
