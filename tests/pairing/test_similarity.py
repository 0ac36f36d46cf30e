"""Eq. 1 and 2 of the SemSim paper against direct transcriptions in float64."""

import numpy as np
import pytest
import torch

from mmuda.pairing import (
    approximate_similarity,
    semantic_similarity,
)

CLASSES, SIZE = 4, 30


def semsim(first, second):
    """Eq. 1, location by location; ignored ones are not in L."""
    agree = total = 0
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if a != 255 and b != 255:
            total += 1
            agree += a == b
    return agree / total if total else 0.0


def semsim_star(labels, probabilities):
    """Eq. 2, location by location."""
    total, named = 0, np.float64(0)
    for place, label in enumerate(labels.tolist()):
        if label != 255:
            total += 1
            named += np.float64(probabilities[label, place].item())
    return named / total if total else 0.0


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    source = torch.randint(CLASSES, (9, SIZE), generator=generator).byte()
    target = torch.randint(CLASSES, (7, SIZE), generator=generator).byte()
    source[torch.rand(source.shape, generator=generator) < 0.2] = 255
    target[torch.rand(target.shape, generator=generator) < 0.2] = 255
    source[3] = 255  # no location labelled at all
    source[4] = 2  # one class only
    probabilities = torch.rand(7, CLASSES, SIZE, generator=generator).softmax(1)
    return source, target, probabilities


def test_single_pairs_match_the_formula(data):
    source, target, probabilities = data
    for y in source:
        for other, p in zip(target, probabilities, strict=True):
            assert semantic_similarity(y, other) == pytest.approx(semsim(y, other))
            image = p.reshape(CLASSES, 5, 6)
            assert approximate_similarity(y.reshape(5, 6), image) == pytest.approx(
                semsim_star(y, p), rel=1e-6
            )


def test_is_one_for_equal_and_symmetric(data):
    source, *_ = data
    assert semantic_similarity(source[0], source[0]) == 1
    assert semantic_similarity(source[0], source[1]) == (
        semantic_similarity(source[1], source[0])
    )
