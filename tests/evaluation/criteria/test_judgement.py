"""How well a criterion chooses: correlations and regret, against definitions."""

from itertools import combinations

import numpy as np
import pytest

from mmuda.evaluation.criteria import (
    choices_by_chance,
    judge_choices,
    rank_correlations,
)

POOLS = ['a', 'b', 'a', 'b', 'b', 'a', 'c', 'c', 'c', 'c']


@pytest.fixture(params=range(5))
def world(request):
    """Scores and truth with ties; one model has collapsed."""
    rng = np.random.default_rng(request.param)
    scores = rng.integers(6, size=10).astype(float)
    scores[3] = -np.inf
    return scores, rng.integers(5, size=10) + 30.0


def sign(a, b):
    return int(a > b) - int(a < b)


def test_kendall_counts_pairs(world):
    """Tau-b: concordant less discordant pairs over those without ties."""
    scores, truth = world
    both = own = theirs = 0
    for i, j in combinations(range(10), 2):
        s, t = sign(scores[i], scores[j]), sign(truth[i], truth[j])
        both, own, theirs = both + s * t, own + s * s, theirs + t * t
    _, tau = rank_correlations(scores, truth)
    assert tau == pytest.approx(both / np.sqrt(own * theirs))


def test_spearman_correlates_ranks(world):
    """A rank is the number of lower values, plus half that of equal ones."""
    scores, truth = world
    ranks = [
        [sum((b < a) + 0.5 * (b == a) for b in values) for a in values]
        for values in (scores, truth)
    ]
    rho, _ = rank_correlations(scores, truth)
    assert rho == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_only_the_order_of_scores_matters(world):
    scores, truth = world
    other = np.exp(scores / 3)
    assert rank_correlations(other, truth) == rank_correlations(scores, truth)
    assert rank_correlations(truth, truth) == pytest.approx((1, 1))
    assert rank_correlations(-truth, truth) == pytest.approx((-1, -1))
    assert judge_choices(truth, truth, POOLS).regret == 0
    assert judge_choices(-truth, truth, POOLS).worst == 3


def test_a_criterion_that_says_nothing_has_no_correlation():
    truth = [1.0, 2.0, 3.0]
    assert rank_correlations([0.5] * 3, truth) is None
    assert rank_correlations([np.nan, np.nan, 1.0], truth) is None
    assert rank_correlations([1.0, np.nan, 2.0], truth) == pytest.approx((1, 1))
    silent = judge_choices([np.nan, -np.inf, np.nan], truth, [0] * 3)
    assert (silent.chosen, silent.regret, silent.pools) == ([None], None, 0)


def test_what_is_chosen_from_each_pool(world):
    scores, truth = world
    regrets, worst, chosen = [], 0, []
    for pool in 'abc':
        best, there = None, []
        for i in range(10):
            if POOLS[i] == pool:
                there.append(truth[i])
                if best is None or scores[i] > scores[best]:
                    best = i
        chosen.append(best)
        regrets.append(max(there) - truth[best])
        worst += truth[best] == min(there) and max(there) > min(there)
    found = judge_choices(scores, truth, POOLS)
    assert found.chosen == chosen
    assert found.regret == pytest.approx(np.mean(regrets))
    assert (found.worst, found.pools) == (worst, 3)


def test_chance_is_the_mean_of_many_random_scores(world):
    _, truth = world
    rng = np.random.default_rng(0)
    drawn = [judge_choices(rng.random(10), truth, POOLS) for _ in range(1000)]
    found = choices_by_chance(truth, POOLS)
    assert found.regret == pytest.approx(np.mean([d.regret for d in drawn]), abs=0.1)
    assert found.worst == pytest.approx(np.mean([d.worst for d in drawn]), abs=0.1)
