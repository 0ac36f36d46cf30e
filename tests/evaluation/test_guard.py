"""The rule that keeps the source-only model when in doubt."""

import numpy as np
import pytest
import torch
from gaussian_world import SOURCE, TARGET, candidate, good, make_pixels, weak
from torchmetrics.functional.classification import multiclass_jaccard_index

from mmuda.evaluation.bootstrap import Interval
from mmuda.evaluation.criteria.estimated_accuracy import estimated_by_thresholds
from mmuda.evaluation.guard import decide, estimated_gain, expected_counts, guard
from mmuda.evaluation.shares import class_shares

EXPECTED = np.array([0.5, 0.3, 0.195, 0.005])


def gain(low, value=2.0):
    return Interval(value, low, value + 3, 0.9)


def test_accepts_what_passes_all_three():
    found = decide(gain(0.1), *[EXPECTED] * 3, 1.9)
    assert found.accepted
    expected = (
        'The adapted model is taken: its estimated gain is 2.0 points (0.1 to 5.0).'
    )
    assert found.sentence == expected


@pytest.mark.parametrize('low', [0.0, -1.5, float('nan')])
def test_keeps_source_only_without_a_sure_gain(low):
    found = decide(gain(low), *[EXPECTED] * 3, 0)
    assert not found.accepted
    assert found.sentence.startswith(
        'The source-only model is kept: its estimated gain'
    )


@pytest.mark.parametrize(
    ('before', 'after', 'accepted'),
    [(0.0, 0.09, True), (0.0, 0.11, False), (0.2, 0.29, True), (0.2, 0.0, True)],
)
def test_keeps_source_only_when_classes_move_away(before, after, accepted):
    """From what is expected, by more than a tenth of all pixels."""
    moves = (np.array([-x, x, 0, 0]) for x in (before, after))
    source_only, adapted = (EXPECTED + move for move in moves)
    found = decide(gain(1), adapted, EXPECTED, source_only, 0)
    assert found.accepted == accepted
    if not accepted:
        assert 'shares are 11 % of the pixels farther from' in found.sentence


def test_a_class_that_is_not_learnt_decides_nothing():
    nowhere = EXPECTED * [1, 1, 1, 0]
    assert decide(gain(1), nowhere, EXPECTED, EXPECTED, 0).accepted


@pytest.mark.parametrize('drop', [2.0, 7.0, float('nan')])
def test_keeps_source_only_when_the_source_is_forgotten(drop):
    found = decide(gain(1), *[EXPECTED] * 3, drop)
    assert not found.accepted
    assert 'on held-out source images' in found.sentence


def test_takes_the_better_model_and_not_the_worse():
    better, worse = candidate('good', good), candidate('weak', weak)
    same = class_shares(better.on_source[1], 5)  # all count once
    taken = guard(better, worse, same)
    assert taken.accepted
    estimates = [
        estimated_by_thresholds(*c.on_source, c.on_target, same)
        for c in (better, worse)
    ]
    assert taken.gain.value == pytest.approx(estimates[0] - estimates[1])
    assert 0 < taken.gain.low < taken.gain.value < taken.gain.high
    kept = guard(worse, better, SOURCE)
    assert not kept.accepted
    assert 'may be as low as' in kept.sentence
    assert 'held-out source' in kept.sentence


def test_source_pixels_count_as_their_class_is_expected():
    model = candidate('good', good)
    labels = model.on_source[1]
    expected = np.array([0.1, 0.2, 0.3, 0.1, 0.3])
    counts = expected_counts(model, expected)
    np.testing.assert_allclose(class_shares(labels, 5, counts), expected)
    rare = expected_counts(model, np.array([0.0, 0, 0, 0, 1.0]))
    assert set(rare[labels == 4]) == {20}
    assert not rare[labels != 4].any()


def test_a_rule_that_holds_on_the_source_is_carried_over_by_classes():
    """Where the shares alone differ, the estimated gain is the true one."""
    truth = make_pixels(TARGET, 40, 6)[1]
    better, worse = (candidate(m.__name__, m, target=TARGET) for m in (good, weak))
    ious = [
        multiclass_jaccard_index(*map(torch.tensor, (c.on_target, truth)), 5).item()
        for c in (better, worse)
    ]
    gain = 100 * (ious[0] - ious[1])
    found = estimated_gain(better, worse, class_shares(truth, 5))
    assert found.value == pytest.approx(gain, abs=2)
    assert found.low < gain < found.high


def test_equal_models_gain_nothing():
    model = candidate('good', good)
    found = estimated_gain(model, model, SOURCE)
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert not guard(model, model, SOURCE).accepted
