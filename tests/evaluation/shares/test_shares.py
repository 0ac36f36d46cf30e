"""Class shares without labels: against transcriptions, and where the truth is known."""

from itertools import product

import numpy as np
import pytest
from gaussian_world import SOURCE, TARGET, make_pixels, make_world, scores
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from mmuda.evaluation.shares import (
    ESTIMATORS,
    Calibration,
    Predictions,
    PriorCorrection,
    estimate_shares,
    fit_calibration,
    kind_of_shift,
    remaining_distance,
)
from mmuda.evaluation.shares.estimators import bounded, confidence_radius
from mmuda.evaluation.tile_samples import softmax


@pytest.fixture(scope='module')
def world():
    return make_world()


def few(world, count=300):
    source, target = world['source'], world['target']
    return (
        source.probabilities[:count],
        source.labels[:count],
        target.probabilities[:count],
    )


def test_calibration_finds_what_was_done_to_the_scores():
    """The scores were divided by .4 after taking a bias off."""
    features, labels, _ = make_pixels(SOURCE, 400, seed=2)
    found = fit_calibration(scores(features), labels)
    assert found.temperature == pytest.approx(1 / 0.4, rel=0.08)
    bias = np.array([0.3, 0, -0.2, 0, 0.5])
    assert found.bias == pytest.approx(bias - bias.mean(), abs=0.15)


def test_calibrated_probabilities_average_to_the_shares(world):
    """The gradient of cross-entropy by the bias is zero."""
    source = world['source']
    mean = source.probabilities.mean(0)
    assert mean == pytest.approx(
        np.bincount(source.labels) / len(mean) / 2000, abs=2e-3
    )


def test_mlls_is_the_published_em(world):
    q, labels, target = few(world)
    base = [sum(row[c] for row in q) / len(q) for c in range(5)]
    shares = list(base)
    for _ in range(100):
        sums = [0.0] * 5
        for row in target:
            r = [row[c] * shares[c] / base[c] for c in range(5)]
            for c in range(5):
                sums[c] += r[c] / sum(r)
        new = [s / len(target) for s in sums]
        done = max(abs(a - b) for a, b in zip(new, shares, strict=True)) < 1e-6
        shares = new
        if done:
            break
    found = ESTIMATORS['mlls'](q, labels, target, most=1e6)
    assert found == pytest.approx(shares, abs=1e-9)


def test_bbse_solves_the_linear_system(world):
    q, labels, target = few(world, 2000)
    joint = np.zeros((5, 5))
    for row, label in zip(q, labels, strict=True):
        joint[:, label] += row / len(q)
    ratios = np.linalg.lstsq(joint, target.mean(0), rcond=None)[0]
    expected = np.maximum(ratios, 0) * np.bincount(labels) / len(labels)
    found = ESTIMATORS['bbse'](q, labels, target, most=1e6)
    assert found == pytest.approx(expected / expected.sum(), abs=1e-4)


def test_rlls_is_at_the_minimum(world):
    """No other optimiser, and no step anywhere, gets lower."""
    q, labels, target = few(world, 2000)
    found = ESTIMATORS['rlls'](q, labels, target, most=1e6)
    source = np.bincount(labels) / len(labels)
    joint = q.T @ np.eye(5)[labels] / len(q)
    rho = 0.01 * confidence_radius(len(q), 5)

    def loss(theta):
        residual = joint @ theta - (target.mean(0) - q.mean(0))
        return np.linalg.norm(residual) + rho * np.linalg.norm(theta)

    slow = minimize(
        loss, np.full(5, 0.1), method='Nelder-Mead', options=dict(maxiter=9000)
    )
    expected = (1 + np.maximum(slow.x, -1)) * source
    assert found == pytest.approx(expected / expected.sum(), abs=5e-3)


@pytest.mark.parametrize('estimator', ESTIMATORS)
def test_weights_are_repetitions(world, estimator):
    q, labels, target = few(world, 200)
    twice = np.arange(200) % 3
    weighted = ESTIMATORS[estimator](q, labels, target, twice, twice)
    many = ESTIMATORS[estimator](
        q.repeat(twice, 0), labels.repeat(twice), target.repeat(twice, 0)
    )
    assert weighted == pytest.approx(many, abs=1e-3)


@pytest.mark.parametrize('estimator', ESTIMATORS)
def test_recovers_shifted_shares(world, estimator):
    """From 3 to 31 %: each within 20 %, and the interval holds most of them."""
    found = estimate_shares(world['source'], world['target'], estimator, draws=50)
    tolerance = 0.2 if estimator == 'mlls' else 0.35
    assert found.target == pytest.approx(world['shares'], rel=tolerance)
    assert found.target.sum() == pytest.approx(1)
    inside = (found.low <= world['shares']) & (world['shares'] <= found.high)
    assert inside.sum() >= 4
    assert (found.low < found.high).all()


def test_prior_correction_gains_and_is_bayes_rule(world):
    found = estimate_shares(world['source'], world['target'], draws=2)
    truth = world['truth']

    def accuracy(strength):
        correct = PriorCorrection(world['calibration'], found.ratios, strength)
        return (correct.logits(world['target_scores']).argmax(1) == truth).mean()

    assert accuracy(1.0) > accuracy(0.5) > accuracy(0.0) + 0.02
    best = scores(world['target_features'], TARGET, 1.0, (0, 0, 0, 0, 0)).argmax(1)
    assert accuracy(1.0) > (best == truth).mean() - 0.01
    exact = PriorCorrection(Calibration(1.0, np.zeros(5)), TARGET / SOURCE, 1.0)
    right = scores(world['target_features'], SOURCE, 1.0, (0, 0, 0, 0, 0))
    assert (exact.logits(right).argmax(1) == best).all()


def test_a_tiny_class_can_not_swallow_the_map():
    """Without bounds EM gives it nearly everything, with them a share of its size."""
    rng = np.random.default_rng(0)
    source = softmax(rng.normal(size=(4000, 3)) * [0.3, 0.3, 0.1] + [3, 3, -3.6])
    labels = rng.choice(3, 4000, p=[0.4995, 0.4995, 0.001])
    target = softmax(rng.normal(size=(4000, 3)) * 0.3 + [0, 0, 3])
    free = ESTIMATORS['mlls'](source, labels, target, most=1e9)
    kept = ESTIMATORS['mlls'](source, labels, target)
    assert free[2] > 0.9
    assert kept[2] <= 20 * source.mean(0)[2] + 1e-9
    assert kept.sum() == pytest.approx(1)


def test_bounded_keeps_what_is_within_and_the_proportions_of_the_rest():
    source = np.array([0.5, 0.3, 0.199, 0.001])
    inside = np.array([0.4, 0.4, 0.199, 0.001])
    assert (bounded(inside, source) == inside).all()
    found = bounded(np.array([0.1, 0.05, 0.05, 0.8]), source, 20)
    assert found[3] == pytest.approx(0.02, rel=1e-6)
    assert found.sum() == pytest.approx(1)
    assert found[:3] == pytest.approx(0.98 * np.array([0.5, 0.25, 0.25]))
    assert bounded(np.array([0.2, 0.8]), np.array([1.0, 0.0])) == pytest.approx([1, 0])


def kind(world):
    found = estimate_shares(world['source'], world['target'], draws=2)
    return kind_of_shift(
        np.log(world['source'].probabilities),
        world['source'].tiles,
        found.ratios[world['source'].labels],
        np.log(world['target'].probabilities),
        world['target'].tiles,
    )


def test_remaining_distance_is_the_discrepancy_of_the_kernel():
    """All pairs of pixels; with source pixels repeated as often as they weigh."""
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(90, 3)), rng.normal(0.7, 1.3, size=(70, 3))
    weights = rng.integers(0, 4, 90)
    found = remaining_distance(source, weights, target)
    shift, scale = source.mean(0), source.std(0)
    near = cdist(*[(source - shift) / scale] * 2)
    sigma = np.median(near[np.triu_indices(90, 1)])
    both = [(np.repeat(source, weights, 0) - shift) / scale, (target - shift) / scale]
    means = {
        (i, j): np.exp(-cdist(both[i], both[j], 'sqeuclidean') / 2 / sigma**2).mean()
        for i, j in product((0, 1), repeat=2)
    }
    exact = means[0, 0] + means[1, 1] - 2 * means[0, 1]
    assert found**2 == pytest.approx(exact, abs=0.02)
    assert exact > 0.1
    nothing = remaining_distance(source, np.ones(90), source)
    assert nothing == pytest.approx(0, abs=1e-6)


def test_a_shift_of_shares_is_called_so(world):
    found = kind(world)
    assert found.kind == 'shares'
    assert found.allows_correction
    assert found.explained > 0.9


def test_other_looks_are_refused_and_correction_would_have_lost():
    world = make_world(SOURCE, moved=np.array([0.8, 0.6]))
    found = kind(world)
    assert found.kind == 'looks'
    assert not found.allows_correction
    ratios = estimate_shares(world['source'], world['target'], draws=2).ratios
    right = [
        PriorCorrection(world['calibration'], ratios, strength)
        .logits(world['target_scores'])
        .argmax(1)
        == world['truth']
        for strength in (0, 0.5)
    ]
    assert right[1].mean() < right[0].mean() - 0.02


def test_other_looks_and_other_shares_are_refused():
    found = kind(make_world(moved=np.array([0.8, 0.6])))
    assert found.kind == 'both'
    assert not found.allows_correction


def test_the_same_distribution_has_no_shift():
    found = kind(make_world(SOURCE))
    assert found.kind == 'none'
    assert np.isnan(found.explained)
    assert not found.allows_correction


def test_what_can_not_be_meant_is_refused(world):
    with pytest.raises(ValueError, match=r'no estimator .em.*mlls, bbse, rlls'):
        estimate_shares(world['source'], world['target'], 'em')
    nothing = Predictions(np.zeros((0, 5)), np.zeros(0, int), np.zeros(0, int))
    with pytest.raises(ValueError, match='valid pixels, the target has none'):
        estimate_shares(world['source'], nothing)
    with pytest.raises(ValueError, match='labelled pixels of the source, got none'):
        fit_calibration(np.zeros((0, 5)), np.zeros(0, int))
    with pytest.raises(ValueError, match=r'strength must be in \[0, 1\], got 2'):
        PriorCorrection(world['calibration'], np.ones(5), 2)
    with pytest.raises(ValueError, match='must be positive'):
        PriorCorrection(world['calibration'], np.zeros(5))


def test_shares_at_their_bound_are_noticed():
    """A class that unknown looks are taken for, not one that has become frequent."""
    world = make_world(SOURCE)
    swallowed = softmax(np.tile([0, 0, 0, 0, 12.0], (2000, 1)))
    strange = Predictions(swallowed, np.arange(200).repeat(10))
    found = estimate_shares(world['source'], strange, draws=2)
    assert found.at_bounds.tolist() == [False] * 4 + [True]
    assert found.target[4] == pytest.approx(20 * found.source[4], rel=0.1)
    even = estimate_shares(world['source'], world['target'], draws=2)
    assert not (even.at_bounds | even.vanished).any()
    for share, vanished in ((0.0, True), (0.02, False)):
        rarer = make_world(np.array([0.35, 0.33, 0.29 - share, share, 0.03]))
        found = estimate_shares(rarer['source'], rarer['target'], draws=2)
        assert found.vanished.tolist() == [False, False, False, vanished, False]
        assert not found.at_bounds.any()
