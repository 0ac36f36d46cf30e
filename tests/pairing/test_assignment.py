"""A cap on reuse against all mappings that there are."""

from itertools import product

import numpy as np
import pytest

from mmuda.pairing.assignment import assign


@pytest.mark.parametrize('max_reuse', [2, 3, 9])
def test_no_mapping_within_the_cap_is_better(max_reuse):
    similarities = np.random.default_rng(0).random((5, 3))
    similarities[:, 1] += 0.5  # everyone's favourite
    partners = assign(similarities, max_reuse)
    assert np.bincount(partners).max() <= max_reuse

    def total(mapping):
        return sum(similarities[row, column] for row, column in enumerate(mapping))

    best = max(
        total(mapping)
        for mapping in product(range(3), repeat=5)
        if max(mapping.count(t) for t in range(3)) <= max_reuse
    )
    assert total(partners) == pytest.approx(best)


def test_without_a_need_it_is_the_arg_max():
    similarities = np.random.default_rng(0).random((6, 4))
    assert assign(similarities, 6).tolist() == similarities.argmax(1).tolist()


def test_rejects_too_few_uses():
    with pytest.raises(
        ValueError, match=r'max_reuse is 1, expected at least 2: 5 source'
    ):
        assign(np.zeros((5, 3)), 1)
