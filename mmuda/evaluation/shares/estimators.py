"""Class shares of the target from predictions alone, where shares are what differs.

All assume label shift: what a pixel of a class looks like is the same in both domains.
Each takes predicted probabilities of held-out source pixels with their labels, and of
target pixels, and returns shares of the target. How much more or less frequent a class
can become is bounded, so that one of .1 % can not swallow the map.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

ROUNDS, TOLERANCE = 100, 1e-6
RIDGE = 1e-8
RHO = 0.01  # weight of the regulariser of RLLS
MOST = 20.0  # times more, or less, frequent than in the source

Estimator = Callable[..., np.ndarray]


def class_shares(
    labels: np.ndarray, num_classes: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """Share of each class among labels (n,), (C,)."""
    counts = np.bincount(labels, weights, minlength=num_classes).astype(np.float64)
    return counts / max(counts.sum(), 1e-12)


def bounded(shares: np.ndarray, source: np.ndarray, most: float = MOST) -> np.ndarray:
    """Shares within a factor of those of the source.

    Classes beyond a bound are put onto it, the others share what is left in
    proportion.

    Args:
        shares: (C,), of sum 1.
        source: (C,), of sum 1; a class that has none here gets none.
        most: The factor, at least 1.
    """
    low, high = source / most, np.minimum(source * most, 1)
    if (shares >= low - 1e-12).all() and (shares <= high + 1e-12).all():
        return shares

    def clipped(scale: float) -> np.ndarray:
        return np.clip(scale * np.maximum(shares, 1e-12), low, high)

    # Its sum grows with the scale: bisection.
    least, largest = 1e-12, 1e12
    for _ in range(60):
        middle = np.sqrt(least * largest)
        if clipped(middle).sum() < 1:
            least = middle
        else:
            largest = middle
    return clipped(largest) / clipped(largest).sum()


def mlls(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    source_weights: np.ndarray | None = None,
    target_weights: np.ndarray | None = None,
    most: float = MOST,
) -> np.ndarray:
    """Maximum likelihood by EM (Saerens, Latinne and Decaestecker 2002).

    With the mean *predicted* probabilities of the source as the shares to start from,
    as Alexandari et al. 2020 do it; for calibrated probabilities, both are equal.

    Args:
        source: Calibrated probabilities of held-out source pixels, (n, C).
        labels: Their classes, (n,); not read.
        target: Those of target pixels, (m, C).
        source_weights: Of each pixel, (n,); None for equal ones.
        target_weights: Likewise, (m,).
        most: See :func:`bounded`.

    Returns:
        Shares of the target, (C,).
    """
    del labels
    base = np.average(source, 0, source_weights)
    shares = base
    for _ in range(ROUNDS):
        responsible = target * (shares / np.maximum(base, 1e-12))
        responsible /= np.maximum(responsible.sum(1, keepdims=True), 1e-300)
        before = shares
        shares = bounded(np.average(responsible, 0, target_weights), base, most)
        if np.abs(shares - before).max() < TOLERANCE:
            break
    return shares


def bbse(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    source_weights: np.ndarray | None = None,
    target_weights: np.ndarray | None = None,
    most: float = MOST,
) -> np.ndarray:
    """Black-box shift estimation with probabilities (Lipton, Wang and Smola 2018).

    w = (C^T C + 1e-8 I)^-1 C^T mu with C = E_source[q y^T] and mu = E_target[q],
    clipped at 0; the arguments are those of :func:`mlls`.
    """
    joint, mean = _moments(source, labels, target, source_weights, target_weights)
    matrix = joint.T @ joint + RIDGE * np.eye(len(joint))
    ratios = np.maximum(np.linalg.solve(matrix, joint.T @ mean), 0)
    return _shares(ratios, joint.sum(0), most)


def rlls(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    source_weights: np.ndarray | None = None,
    target_weights: np.ndarray | None = None,
    most: float = MOST,
) -> np.ndarray:
    """Regularised learning under label shifts (Azizzadenesheli et al. 2019).

    w = 1 + theta with theta >= -1 of least |C theta - (mu_t - mu_s)| + 0.01 rho
    |theta|, where rho = 3 (2 log(2 C / .05) / (3 n) + sqrt(2 log(2 C / .05) / n)); the
    arguments are those of :func:`mlls`.
    """
    joint, mean = _moments(source, labels, target, source_weights, target_weights)
    difference = mean - joint.sum(1)
    rho = RHO * confidence_radius(len(labels), len(joint))
    found = minimize(
        _regularised,
        np.zeros(len(joint)),
        (joint, difference, rho),
        jac=True,
        method='L-BFGS-B',
        bounds=[(-1, None)] * len(joint),
        options=dict(maxiter=2000, ftol=1e-14, gtol=1e-10),
    )
    return _shares(1 + found.x, joint.sum(0), most)


def confidence_radius(count: int, num_classes: int, delta: float = 0.05) -> float:
    """The deviation of RLLS's confusion matrix from its mean, from ``count`` pixels."""
    logarithm = np.log(2 * num_classes / delta)
    return 3 * (2 * logarithm / (3 * count) + np.sqrt(2 * logarithm / count))


def _regularised(
    theta: np.ndarray, joint: np.ndarray, difference: np.ndarray, rho: float
) -> tuple[float, np.ndarray]:
    residual = joint @ theta - difference
    norms = np.sqrt(residual @ residual + 1e-16), np.sqrt(theta @ theta + 1e-16)
    gradient = joint.T @ residual / norms[0] + rho * theta / norms[1]
    return norms[0] + rho * norms[1], gradient


def _moments(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    source_weights: np.ndarray | None,
    target_weights: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """E_source[q y^T], rows are predictions, and E_target[q]."""
    if source_weights is None:
        source_weights = np.ones(len(labels))
    hot = np.eye(source.shape[1])[labels] * source_weights[:, None]
    joint = source.T @ hot / source_weights.sum()
    return joint, np.average(target, 0, target_weights)


def _shares(ratios: np.ndarray, source: np.ndarray, most: float) -> np.ndarray:
    shares = ratios * source
    return bounded(shares / max(shares.sum(), 1e-12), source, most)


ESTIMATORS: dict[str, Estimator] = {'mlls': mlls, 'bbse': bbse, 'rlls': rlls}
