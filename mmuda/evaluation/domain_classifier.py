"""A linear classifier that tells source from target."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

RIDGE = 1e-3


def fit_domain_classifier(
    source: np.ndarray, target: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Logistic regression on standardised features, both domains of equal weight.

    Args:
        source: Features (n, D).
        target: Features (m, D).

    Returns:
        A function from features (k, D) to the log odds of the target, (k,).
    """
    both = np.concatenate([source, target]).astype(np.float64)
    mean, spread = both.mean(0), both.std(0) + 1e-8
    inputs = np.c_[(both - mean) / spread, np.ones(len(both))]
    sides = np.r_[-np.ones(len(source)), np.ones(len(target))]
    weights = np.where(sides > 0, 0.5 / len(target), 0.5 / len(source))

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        margins = sides * (inputs @ parameters)
        value = (weights * np.logaddexp(0, -margins)).sum()
        pull = -sides * weights / (1 + np.exp(np.clip(margins, -500, 500)))
        penalty = RIDGE * parameters
        return value + penalty @ parameters / 2, inputs.T @ pull + penalty

    start = np.zeros(inputs.shape[1])
    found = minimize(loss, start, jac=True, method='L-BFGS-B').x
    return lambda features: (features - mean) / spread @ found[:-1] + found[-1]


def proxy_distance(
    source: np.ndarray,
    source_tiles: np.ndarray,
    target: np.ndarray,
    target_tiles: np.ndarray,
) -> float:
    """Proxy A-distance 2 (1 - 2 error) (Ben-David et al. 2007), clipped to [0, 2].

    The error is that on tiles which the classifier has not seen: tiles of even number
    judge what those of odd number taught, and the other way round. 0 if nobody could
    tell the domains apart, 2 if every pixel gives itself away.

    Args:
        source: Features (n, D).
        source_tiles: Tile of each, (n,).
        target: Likewise, (m, D).
        target_tiles: Likewise, (m,).

    Raises:
        ValueError: If a domain has fewer than two tiles.
    """
    errors = []
    for half in (0, 1):
        own, theirs = source_tiles % 2 == half, target_tiles % 2 == half
        if any(x.all() or not x.any() for x in (own, theirs)):
            raise ValueError('telling domains apart needs two tiles of each')
        odds = fit_domain_classifier(source[own], target[theirs])
        wrong = (odds(source[~own]) > 0).mean(), (odds(target[~theirs]) <= 0).mean()
        errors += wrong
    return float(np.clip(2 * (1 - 2 * np.mean(errors)), 0, 2))
