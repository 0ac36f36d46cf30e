"""The paired bootstrap against a loop, and what it is for."""

import numpy as np
import pytest
from torch import from_numpy
from torchmetrics.functional import jaccard_index

from mmuda.evaluation.bootstrap import mean_iou, paired_difference, tile_draws


def counts_of(predicted, truth, size=3):
    """Intersection, union and truth of each tile and class, (T, C, 3)."""
    rows = []
    for p, t in zip(predicted, truth, strict=True):
        each = [
            [((p == c) & (t == c)).sum(), ((p == c) | (t == c)).sum(), (t == c).sum()]
            for c in range(size)
        ]
        rows.append(each)
    return np.array(rows)


@pytest.fixture
def tiles():
    """Truth, and two models: the second is right a little less often everywhere."""
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=(30, 64))
    hard = rng.random(30)[:, None] * 0.6
    noise = rng.random(truth.shape)
    models = [
        np.where(noise < hard + 0.04 * i, (truth + 1) % 3, truth) for i in range(2)
    ]
    return truth, *models


def test_mean_iou_is_that_of_torchmetrics(tiles):
    truth, model, _ = tiles
    found = mean_iou(counts_of(model, truth).sum(0))
    expected = jaccard_index(
        from_numpy(model), from_numpy(truth), task='multiclass', num_classes=3
    )
    assert found == pytest.approx(100 * expected.item(), rel=1e-5)


def test_is_the_loop_over_draws(tiles):
    truth, one, other = tiles
    first = np.stack([counts_of(one, truth), counts_of(other, truth)])
    second = np.stack([counts_of(other, truth)] * 2)
    found = paired_difference(first, second, draws=50, seed=3)
    drawn = []
    for tile, seed in zip(tile_draws(30, 50, 3), tile_draws(2, 50, 4), strict=True):
        values = []
        for model in (first, second):
            total = 0
            for weight, counts in zip(seed, model, strict=True):
                repeated = np.repeat(counts, tile, axis=0)
                total += weight * mean_iou(repeated.sum(0))
            values.append(total / 2)
        drawn.append(values[0] - values[1])
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]))
    assert found.above_zero == np.mean(np.array(drawn) > 0)


def test_pairs_see_what_models_by_themselves_do_not(tiles):
    """Tiles differ by far more than the models: the interval by itself is wide."""
    truth, one, other = tiles
    first, second = counts_of(one, truth), counts_of(other, truth)
    paired = paired_difference(first, second)
    assert 0 < paired.low < paired.value < paired.high
    assert paired.above_zero > 0.97
    shuffled = second[np.random.default_rng(1).permutation(30)]
    apart = paired_difference(first, shuffled)
    assert apart.value == pytest.approx(paired.value)
    assert apart.low < 0
    same = paired_difference(first, first)
    assert (same.value, same.low, same.high, same.above_zero) == (0, 0, 0, 0)


def test_covers_what_it_says():
    """The true difference of two models is inside 19 times of 20, about."""
    rng = np.random.default_rng(0)
    inside = 0
    for trial in range(100):
        hard = rng.beta(2, 2, size=25)
        rates = [0.9 - 0.5 * hard, 0.88 - 0.5 * hard]
        models = [rng.binomial(200, rate) for rate in rates]
        # One class: IoU is the share that is right.
        counts = [
            np.stack([m, np.full(25, 200), np.full(25, 200)], -1)[:, None]
            for m in models
        ]
        found = paired_difference(*counts, draws=300, seed=trial)
        inside += found.low <= 2.0 <= found.high
    assert 86 <= inside <= 100


def test_other_tiles_are_refused(tiles):
    truth, one, _ = tiles
    counts = counts_of(one, truth)
    with pytest.raises(ValueError, match='same tiles and classes'):
        paired_difference(counts, counts[:-1])
    with pytest.raises(ValueError, match='at least one tile, got 0'):
        tile_draws(0, 5)
