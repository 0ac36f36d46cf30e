"""What many runs say together."""

from collections.abc import Sequence

import numpy as np


def gap_share(value: float, control: float, bound: float) -> float | None:
    """Share of the way from a control to an upper bound, in percent.

    Negative where a method is below its control; None where there is no way to go: the
    bound is not above the control.
    """
    return 100 * (value - control) / (bound - control) if bound > control else None


def interquartile_mean(values: Sequence[float]) -> float:
    """Mean of the middle half of values (Agarwal et al. 2021, Sect. 4.3).

    A quarter of them, rounded down, is left out at either end.
    """
    cut = len(values) // 4
    return float(np.mean(np.sort(values)[cut : len(values) - cut]))


def probability_of_improvement(
    first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]
) -> float:
    """How likely a run of one method beats one of another, on a pair drawn at random.

    Agarwal et al. 2021, Sect. 4.3: the mean over pairs of the share of all
    combinations of runs in which the first is better, ties counting half.

    Args:
        first: For each pair, what the runs of the method scored.
        second: Likewise of the other one, for the same pairs.
    """
    shares = []
    for mine, theirs in zip(first, second, strict=True):
        differences = np.subtract.outer(np.asarray(mine), np.asarray(theirs))
        shares.append(np.mean((differences > 0) + 0.5 * (differences == 0)))
    return float(np.mean(shares))


def seed_interval(
    first: Sequence[Sequence[float]],
    second: Sequence[Sequence[float]],
    draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of the mean paired difference, by drawing seeds again.

    Args:
        first: For each pair, what a method scored with each seed.
        second: What another one scored with the same seeds.
        draws: Of the bootstrap, each within its pair.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    means = []
    for mine, theirs in zip(first, second, strict=True):
        differences = np.subtract(mine, theirs)
        drawn = rng.integers(len(differences), size=(draws, len(differences)))
        means.append(differences[drawn].mean(1))
    low, high = np.quantile(np.mean(means, axis=0), [0.025, 0.975])
    return float(low), float(high)
