"""How well a criterion chooses, once the truth is known.

This is analysis: what is chosen never depends on it.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau, rankdata, spearmanr

from mmuda.evaluation.criteria.pool import best_of


@dataclass(frozen=True)
class Choices:
    """What a criterion chose, from one or several pools.

    Args:
        chosen: Index of the model that was chosen in each pool; None where none was.
        regret: Mean difference to the best model of the pool, in units of the truth.
        worst: In how many of them it chose the worst model.
        pools: In how many it chose at all.
    """

    chosen: Sequence[int | None]
    regret: float | None
    worst: float
    pools: int


def rank_correlations(
    scores: Sequence[float], truth: Sequence[float]
) -> tuple[float, float] | None:
    """Spearman's rho and Kendall's tau-b of scores with the truth, ties allowed.

    Args:
        scores: Of the models; -inf for a collapsed one, the lowest of all, NaN where
            the criterion does not apply, which leaves the model out.
        truth: Of the same models.

    Returns:
        Both in [-1, 1]; None if there are fewer than two different values of either.
    """
    scores, truth = np.asarray(scores, float), np.asarray(truth, float)
    known = ~np.isnan(scores)
    ranks = rankdata(scores[known]), rankdata(truth[known])
    if any(len(np.unique(r)) < 2 for r in ranks):
        return None
    return tuple(float(f(*ranks).statistic) for f in (spearmanr, kendalltau))


def judge_choices(
    scores: Sequence[float], truth: Sequence[float], pools: Sequence[Hashable]
) -> Choices:
    """What is lost by choosing the model of the highest score in each pool.

    Args:
        scores: Of the models; the higher the better, see :func:`rank_correlations`.
        truth: Of the same models.
        pools: What each model belongs to, such as its run.
    """
    truth = np.asarray(truth, float)
    chosen, regrets, worst = [], [], 0
    for members in _members(pools):
        best = best_of([scores[i] for i in members])
        chosen.append(None if best is None else members[best])
        if best is not None:
            found, there = truth[members[best]], truth[members]
            regrets.append(there.max() - found)
            worst += bool(found == there.min() < there.max())
    regret = float(np.mean(regrets)) if regrets else None
    return Choices(chosen, regret, worst, len(regrets))


def choices_by_chance(truth: Sequence[float], pools: Sequence[Hashable]) -> Choices:
    """What is to be expected of a model drawn at random from each pool."""
    truth = np.asarray(truth, float)
    of_pools = [truth[members] for members in _members(pools)]
    regret = float(np.mean([t.max() - t.mean() for t in of_pools]))
    worst = sum((t == t.min()).mean() for t in of_pools if t.min() < t.max())
    return Choices([None] * len(of_pools), regret, float(worst), len(of_pools))


def _members(pools: Sequence[Hashable]) -> list[list[int]]:
    return [
        [i for i, own in enumerate(pools) if own == name]
        for name in dict.fromkeys(pools)
    ]
