"""Blurring against the Gaussian written out."""

import math

import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.registry import init_default_scope
from mmseg.registry import TRANSFORMS

init_default_scope('mmseg')


def blur(image, seed=0, **options):
    np.random.seed(seed)
    step = TRANSFORMS.build(dict(type='RandomGaussianBlur', **options))
    return step(dict(img=image.copy()))['img']


def gaussian(image, sigma):
    """Weighted mean of the neighbours by a loop; the image is mirrored at its edges."""
    radius = math.ceil(4 * sigma)
    padded = np.pad(image, [(radius, radius)] * 2 + [(0, 0)], mode='reflect')
    total, mass = np.zeros(image.shape), 0.0
    for i in range(-radius, radius + 1):
        for j in range(-radius, radius + 1):
            weight = math.exp(-(i * i + j * j) / (2 * sigma**2))
            rows, columns = (
                slice(radius + d, radius + d + n)
                for d, n in zip((i, j), image.shape[:2], strict=True)
            )
            total += weight * padded[rows, columns]
            mass += weight
    return total / mass


@pytest.mark.parametrize('bands', [1, 3, 5])
@pytest.mark.parametrize('sigma', [0.6, 1.0])
def test_is_the_gaussian(bands, sigma):
    image = np.random.default_rng(0).uniform(0, 255, (17, 23, bands))
    image = image.astype(np.float32)
    found = blur(image, prob=1.0, sigma=(sigma, sigma))
    assert found.shape == image.shape
    assert found.dtype == image.dtype
    np.testing.assert_allclose(found, gaussian(image, sigma), atol=0.05)
    eight_bits = blur(image.astype(np.uint8), prob=1.0, sigma=(sigma, sigma))
    assert eight_bits.dtype == np.uint8


def test_half_of_the_images_by_widths_up_to_one():
    """The share of the energy of an impulse that stays tells the width."""
    image = np.zeros((15, 15, 1), np.float32)
    image[7, 7] = 1
    peaks = np.array([blur(image, seed)[7, 7, 0] for seed in range(400)])
    assert abs((peaks < 1).mean() - 0.5) < 0.1  # widths below a tenth change nothing
    assert gaussian(image, 1.0)[7, 7, 0] - 1e-3 <= peaks.min() < 0.2


def test_labels_stay():
    np.random.seed(0)
    labels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    steps = Compose([dict(type='RandomGaussianBlur', prob=1.0, sigma=(1.0, 1.0))])
    image = np.random.randint(255, size=(8, 8, 3), dtype=np.uint8)
    found = steps(dict(img=image, gt_seg_map=labels, seg_fields=['gt_seg_map']))
    np.testing.assert_array_equal(
        found['gt_seg_map'], np.arange(64, dtype=np.uint8).reshape(8, 8)
    )


@pytest.mark.parametrize(
    ('options', 'match'),
    [
        (dict(prob=1.5), 'prob must be between 0 and 1, got 1.5'),
        (dict(sigma=(1.0, 0.5)), r'sigma must be a range of widths from 0, got \(1.0'),
    ],
)
def test_rejects(options, match):
    with pytest.raises(ValueError, match=match):
        TRANSFORMS.build(dict(type='RandomGaussianBlur', **options))
