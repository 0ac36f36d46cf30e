"""The maximum mean discrepancy against its definition, sample by sample."""

import math

import numpy as np
import pytest
import torch

from mmuda.pairing.mmd import (
    RandomFeatures,
    embedded_mmd,
    lowest,
    median_distance,
    squared_mmd,
    squared_mmd_to_all,
)


def transcription(first, second, sigma):
    """Gretton et al. 2012, Eq. 3, in float64."""

    def kernel(x, y):
        squares = sum((float(a) - float(b)) ** 2 for a, b in zip(x, y, strict=True))
        return math.exp(-squares / (2 * sigma**2))

    def within(samples):
        n = len(samples)
        pairs = ((i, j) for i in range(n) for j in range(n) if i != j)
        return sum(kernel(samples[i], samples[j]) for i, j in pairs) / (n * (n - 1))

    across = sum(kernel(x, y) for x in first for y in second)
    across /= len(first) * len(second)
    return within(first) + within(second) - 2 * across


@pytest.fixture
def sets():
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(n, 3, generator=generator) + shift
        for n, shift in ((7, 0.0), (5, 0.0), (2, 1.0), (9, 3.0))
    ]


def test_unbiased_estimate(sets):
    for first in sets:
        for second in sets:
            found = squared_mmd(first, second, 1.3)
            assert found == pytest.approx(transcription(first, second, 1.3), abs=1e-5)
    many = squared_mmd_to_all(sets[0], sets, 1.3)
    expected = [transcription(sets[0], other, 1.3) for other in sets]
    np.testing.assert_allclose(many, expected, atol=1e-5)


def test_one_class_of_samples():
    """All samples equal: no discrepancy, and the median falls back to 1."""
    same = torch.zeros(4, 2)
    assert median_distance(same) == 1
    assert squared_mmd(same, same, 1.0) == pytest.approx(0, abs=1e-6)


def test_median_distance(sets):
    samples = sets[3]
    distances = [
        math.dist(samples[i].tolist(), samples[j].tolist())
        for i in range(9)
        for j in range(i)
    ]
    middle = sorted(distances)[(len(distances) - 1) // 2]
    assert median_distance(samples) == pytest.approx(middle)


def test_random_features_estimate_the_same(sets):
    """With many features the linear-time estimate nears the quadratic one."""
    features = RandomFeatures.random(3, 200_000, sigma=1.3, seed=0)
    phi = features(sets[0])
    assert torch.allclose(phi.square().sum(1), torch.ones(7), atol=1e-4)
    embedded = [features.embed(samples) for samples in sets]
    means, own = np.stack([e[0] for e in embedded]), np.array([e[1] for e in embedded])
    found = embedded_mmd((means, own), (means, own))
    for i, first in enumerate(sets):
        for j, second in enumerate(sets):
            exact = transcription(first, second, 1.3)
            assert found[i, j] == pytest.approx(exact, abs=0.01)


def test_embedding_is_the_unbiased_estimate_on_the_features(sets):
    """Gretton's Eq. 3 with the kernel phi(x) . phi(y), pair by pair."""
    features = RandomFeatures.random(3, 16, sigma=2.0, seed=1)
    phi = features(sets[0]).double().numpy()
    n = len(phi)
    pairs = [phi[i] @ phi[j] for i in range(n) for j in range(n) if i != j]
    mean, own = features.embed(sets[0])
    assert own == pytest.approx(sum(pairs) / (n * (n - 1)))
    np.testing.assert_allclose(mean, phi.mean(0), atol=1e-7)


def test_lowest_takes_the_lower_index_among_equals():
    values = np.array([[3.0, 1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
    indices, found = lowest(values, 3)
    assert indices.tolist() == [[1, 2, 3], [0, 1, 2]]
    assert found.tolist() == [[1, 1, 2], [0, 0, 0]]
