"""Each criterion against its formula written out slowly; no collapsed model wins."""

import math

import numpy as np
import pytest
import torch
from gaussian_world import SOURCE, TARGET, candidate, good, make_pixels, scores, weak
from scipy.stats import entropy, spearmanr

from mmuda.evaluation.criteria import (
    CRITERIA,
    Candidate,
    best_of,
    expected_shares,
    score_pool,
    source_score,
)
from mmuda.evaluation.criteria.agreement import (
    agreement,
    ensemble_labels,
    mixed_agreement,
    similarity_to_source,
)
from mmuda.evaluation.criteria.certainty import (
    information_maximisation,
    negative_entropy,
    nuclear_norm,
    shift_aware_information,
    soft_neighbourhood_density,
)
from mmuda.evaluation.criteria.collapse import is_collapsed
from mmuda.evaluation.criteria.estimated_accuracy import (
    difference_of_confidences,
    estimated_iou,
    threshold_correct,
)
from mmuda.evaluation.criteria.weighted_risk import (
    deep_embedded_validation,
    importance_weights,
)
from mmuda.evaluation.domain_classifier import proxy_distance
from mmuda.evaluation.tile_samples import TileSamples, places, softmax
from mmuda.pairing.similarity import approximate_similarity


@pytest.fixture
def probabilities():
    return softmax(np.random.default_rng(0).normal(size=(40, 4)) * 2)


def test_entropy_and_information(probabilities):
    mean = [sum(p[c] for p in probabilities) / 40 for c in range(4)]
    inner = sum(entropy(p) for p in probabilities) / 40
    assert negative_entropy(probabilities) == pytest.approx(-inner)
    found = information_maximisation(probabilities)
    assert found == pytest.approx(entropy(mean) - inner)
    expected = np.array([0.4, 0.3, 0.2, 0.1])
    found = shift_aware_information(probabilities, expected)
    assert found == pytest.approx(-entropy(mean, expected) - inner)
    even = shift_aware_information(probabilities, np.full(4, 0.25))
    gap = information_maximisation(probabilities) - even
    assert gap == pytest.approx(math.log(4))  # InfoMax is its case of even shares


def test_soft_neighbourhood_density(probabilities):
    total = 0.0
    for i, p in enumerate(probabilities):
        row = [
            math.exp(p @ q / np.linalg.norm(p) / np.linalg.norm(q) / 0.05)
            for j, q in enumerate(probabilities)
            if j != i
        ]
        total += entropy(np.array(row) / sum(row))
    assert soft_neighbourhood_density(probabilities) == pytest.approx(total / 40)
    constant = np.full((500, 4), [0.7, 0.1, 0.1, 0.1])
    assert soft_neighbourhood_density(constant) == pytest.approx(math.log(499))
    with pytest.raises(ValueError, match='needs two'):
        soft_neighbourhood_density(probabilities[:1])


def test_nuclear_norm(probabilities):
    matrix = torch.from_numpy(probabilities)
    expected = torch.linalg.matrix_norm(matrix, 'nuc') / 40
    assert nuclear_norm(probabilities) == pytest.approx(expected.item())


def test_thresholds_by_hand():
    """Class 0 is wrong once in four: its least confident pixel sets the threshold."""
    confidences = [0.6, 0.7, 0.8, 0.9]
    source = np.array([[c, 1 - c, 0] for c in confidences] + [[0.1, 0.9, 0]])
    labels = np.array([0, 1, 0, 0, 1])
    target = np.array(
        [[0.65, 0.35, 0], [0.75, 0.25, 0], [0.2, 0.8, 0], [0.05, 0.95, 0], [0, 0, 1.0]]
    )
    right = threshold_correct(source, labels, target)
    # Of class 0 from .7, of class 1 from .9, of class 2 never.
    assert right.tolist() == [False, True, False, True, False]
    found = difference_of_confidences(source, labels, target)
    assert found[0] == pytest.approx(0.75 - (0.75 - 0.7))
    assert found[1] == pytest.approx(1 - (0.9 - 0.875))
    assert found[2] == 0


def test_counts_repeat_source_pixels():
    """A pixel that counts n times is n pixels, one that counts 0 times is not there."""
    rng = np.random.default_rng(3)
    features, labels, _ = make_pixels(SOURCE, 8, seed=0)
    source = softmax(scores(features))
    target = softmax(scores(make_pixels(TARGET, 8, seed=1)[0]))
    counts = rng.integers(0, 4, len(labels)) * (source.argmax(1) != 2)
    repeated = source.repeat(counts, axis=0), labels.repeat(counts)
    found = threshold_correct(source, labels, target, counts.astype(float))
    assert found.tolist() == threshold_correct(*repeated, target).tolist()
    assert 0 < found.sum() < len(found)
    assert not found[target.argmax(1) == 2].any()

    def of(probabilities, labels):
        samples = TileSamples(
            np.log(probabilities)[None], np.ones((1, len(labels)), bool), labels[None]
        )
        return Candidate('model', samples, samples)

    score = source_score(of(source, labels), counts)
    assert score == pytest.approx(source_score(of(*repeated)))


def test_source_accuracy_is_estimated_on_the_source_itself():
    features, labels, _ = make_pixels(SOURCE, 100, seed=0)
    source = softmax(scores(features))
    right = threshold_correct(source, labels, source)
    assert right.mean() == pytest.approx((source.argmax(1) == labels).mean())


def test_estimated_iou_of_known_counts():
    """Predictions right as said and of the expected number: the IoU itself."""
    predicted, right = np.array([60.0, 40]), np.array([50.0, 30])
    expected = np.array([0.6, 0.4])
    found = estimated_iou(predicted, right, expected)
    assert found == pytest.approx(100 * (50 / 70 + 30 / 50) / 2)


def test_deep_embedded_validation(probabilities):
    rng = np.random.default_rng(1)
    labels, weights = rng.integers(4, size=40), rng.random(40) * 2
    losses = [-math.log(p[y]) for p, y in zip(probabilities, labels, strict=True)]
    weighted = [w * x for w, x in zip(weights, losses, strict=True)]
    mean_w, mean_l = sum(weights) / 40, sum(weighted) / 40
    covariance = sum(
        (a - mean_l) * (w - mean_w) for a, w in zip(weighted, weights, strict=True)
    )
    eta = -covariance / sum((w - mean_w) ** 2 for w in weights)
    expected = mean_l + eta * mean_w - eta
    found = deep_embedded_validation(probabilities, labels, weights)
    assert found == pytest.approx(expected)
    even = deep_embedded_validation(probabilities, labels, np.ones(40))
    assert even == pytest.approx(sum(losses) / 40)


def test_importance_weights_are_the_density_ratio():
    """Of two Gaussians whose log ratio is linear."""
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 4000, 2))
    target[:, 0] += 1
    found = importance_weights(source, target)
    truth = np.exp(source[:, 0] - 0.5)
    assert spearmanr(found, truth).statistic > 0.99
    assert found.mean() == pytest.approx(1, abs=0.1)


def test_domains_are_told_apart_on_tiles_not_seen():
    rng = np.random.default_rng(0)
    tiles = np.arange(20).repeat(50)
    looks = rng.normal(size=(20, 3))[tiles]  # a tile's own: to be learned by heart
    same = looks + 0.1 * rng.normal(size=(1000, 3))
    half = tiles < 10
    near = proxy_distance(same[half], tiles[half], same[~half], tiles[~half] - 10)
    far = proxy_distance(same[half], tiles[half], same[~half] + 9, tiles[~half] - 10)
    assert near < 1
    assert far == pytest.approx(2, abs=0.01)
    with pytest.raises(ValueError, match='two tiles of each'):
        proxy_distance(same[:50], tiles[:50], same[half], tiles[half])


def test_ensembles_give_each_family_one_voice():
    one, other = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    third = np.array([[0.3, 0.7]])
    assert ensemble_labels([one, one, one, other], ['a'] * 3 + ['b']).item() == 0
    pool = [one, one, one, other, third]
    assert ensemble_labels(pool, ['a', 'a', 'a', 'b', 'c']).item() == 1
    assert ensemble_labels(pool, list('abcde')).item() == 0
    assert agreement(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])) == 0.75


def test_mixed_images_by_hand():
    mixed, dominant = np.array([0, 1, 1, 2, 2]), np.array([0, 1, 0, 2, 1])
    other = np.array([0, 1, 0, 0, 0])
    assert mixed_agreement(mixed, dominant, other) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert mixed_agreement(mixed, dominant, dominant) == pytest.approx(3 / 5)


def test_similarity_to_source_is_semsim_of_the_best_partner():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=(3, 10))
    labelled = rng.random((3, 10)) > 0.2
    probabilities = softmax(rng.normal(size=(4, 10, 3)))
    everywhere = np.ones((4, 10), bool)
    total = 0.0
    for own, known in zip(labels, labelled, strict=True):
        at = torch.from_numpy(np.where(known, own, 255)).view(2, 5)
        total += max(
            approximate_similarity(at, torch.from_numpy(p.T.copy()).view(3, 2, 5))
            for p in probabilities
        )
    found = similarity_to_source(labels, labelled, probabilities, everywhere)
    assert found == pytest.approx(total / 3)
    valid = np.arange(10) < 7
    found = similarity_to_source(
        labels, labelled, probabilities, np.tile(valid, (4, 1))
    )
    cut = similarity_to_source(
        labels[:, :7], labelled[:, :7], probabilities[:, :7], everywhere[:, :7]
    )
    assert found == pytest.approx(cut)


def test_places_are_spread_over_every_tile():
    at = places(28, 42)
    assert len(at) == 196
    cells = {(i // 42 // 2, i % 42 // 3) for i in at}
    assert len(cells) == 196
    twice = places(56, 84)
    rows, columns = twice // 84, twice % 84
    assert (np.abs(rows / 2 - at // 42) <= 1).all()
    assert (np.abs(columns / 2 - at % 42) <= 1).all()


def confident_collapse(right, rng):
    return np.eye(5)[np.zeros(len(right), int)] * 20 + 0 * right


def flat_collapse(right, rng):
    return 1e-3 * rng.normal(size=right.shape)


@pytest.fixture(scope='module')
def pool():
    return [
        candidate('confident collapse', confident_collapse, 'a', 0),
        candidate('same collapse', confident_collapse, 'a', 1),
        candidate('flat collapse', flat_collapse, 'b', 0),
        candidate('good', good, 'c', 0),
        candidate('good too', lambda r, g: 1.8 * r, 'c', 1),
        candidate('weak', weak, 'd', 0),
        candidate('weak too', weak, 'd', 1),
    ]


def test_a_collapsed_model_would_win_by_the_bare_formulas(pool):
    """That is what the check is for."""
    collapsed, flat, right = (pool[i].on_target for i in (0, 2, 3))
    assert negative_entropy(collapsed) > negative_entropy(right)
    assert soft_neighbourhood_density(flat) > soft_neighbourhood_density(right)
    assert [is_collapsed(c.on_target, SOURCE) for c in pool] == [True] * 3 + [False] * 4


@pytest.mark.parametrize('criterion', CRITERIA)
def test_a_collapsed_model_never_wins(pool, criterion):
    (found,) = score_pool(pool, [criterion]).values()
    assert found[:3] == [-math.inf] * 3
    assert np.isfinite(found[3:]).all()
    assert best_of(found) >= 3


def test_most_criteria_tell_good_from_weak(pool):
    chosen = {n: pool[best_of(s)].name for n, s in score_pool(pool).items()}
    wrong = [name for name, model in chosen.items() if 'good' not in model]
    assert not set(wrong) & {'source', 'atc', 'doc', 'ensv', 'dev', 'mixval'}


def test_a_pool_of_two_classes_may_have_a_rare_one():
    """All background is a collapse where a tenth is expected to be houses."""
    rng = np.random.default_rng(0)
    houses = rng.random(2000) < 0.07
    found = softmax(6 * np.stack([~houses, houses], 1).astype(float))
    expected = np.array([0.9, 0.1])
    assert not is_collapsed(found, expected)
    assert is_collapsed(np.tile([[0.99, 0.01]], (2000, 1)), expected)


def test_pools_that_can_not_be_compared(pool):
    with pytest.raises(ValueError, match='there is no model to select from'):
        score_pool([])
    with pytest.raises(
        ValueError, match=r'no criterion .x. to select by.*snd, entropy'
    ):
        score_pool(pool, ['x'])
    masked = TileSamples(pool[0].target.logits, pool[0].target.valid.copy())
    masked.valid[0, 0] = False
    other = Candidate('other', pool[0].source, masked)
    with pytest.raises(ValueError, match='same pixels of the target'):
        score_pool([*pool, other])
    bare = TileSamples(pool[3].target.logits, pool[3].target.valid)
    with pytest.raises(ValueError, match='mixed of the samples were not collected'):
        score_pool([Candidate('x', pool[3].source, bare)], ['mixval'])
    assert best_of([-math.inf, math.nan]) is None


def test_shares_are_told_by_the_model_that_the_target_fits():
    """Not by the one that knows the source best, nor by one that knows nothing."""
    there = np.array([0.1, 0.1, 0.2, 0.2, 0.4])
    lost = candidate('lost', good, target=there, moved=1.5)
    fits = candidate('fits', lambda s, rng: s + rng.normal(size=s.shape), target=there)
    blind = candidate('blind', lambda s, rng: rng.normal(size=s.shape), target=there)
    assert source_score(lost) > source_score(fits) > 2 * source_score(blind)
    assert fits.residual_shift < lost.residual_shift / 2
    found = expected_shares([lost, fits, blind])
    assert (found == fits.shares.target).all()
    assert np.abs(found - there).sum() < 0.2 < np.abs(lost.shares.target - there).sum()
    values = score_pool([lost, fits], ('residual_shift',))['residual_shift']
    assert best_of(values) == 1


def test_source_score_is_mean_iou(pool):
    model = pool[3]
    probabilities, labels = model.on_source
    predicted, ious = probabilities.argmax(1), []
    for c in range(5):
        union = ((predicted == c) | (labels == c)).sum()
        ious.append(((predicted == c) & (labels == c)).sum() / union)
    assert source_score(model) == pytest.approx(100 * np.mean(ious))
