"""Risk on the target from labelled source pixels that look like the target."""

import numpy as np

from mmuda.evaluation.domain_classifier import fit_domain_classifier

LARGEST = 100.0  # weight of a pixel


def deep_embedded_validation(
    source: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> float:
    """DEV (You et al. 2019, Eq. 7): importance-weighted risk with a control variate.

    mean(w l) + eta mean(w) - eta with eta = -Cov(w l, w) / Var(w).

    Args:
        source: Probabilities of held-out source pixels, (n, C).
        labels: Their classes, (n,).
        weights: Density of the target over that of the source at each, (n,).

    Returns:
        The risk by cross-entropy, nats: the lower the better.
    """
    losses = -np.log(np.maximum(source[np.arange(len(labels)), labels], 1e-12))
    weighted = weights * losses
    covariance = np.cov(weighted, weights)
    eta = -covariance[0, 1] / covariance[1, 1] if covariance[1, 1] > 0 else 0.0
    return float(weighted.mean() + eta * weights.mean() - eta)


def importance_weights(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Density ratio of source pixels by a linear domain classifier, (n,).

    Args:
        source: Features (n, D).
        target: Features (m, D).
    """
    odds = fit_domain_classifier(source, target)(source)
    return np.minimum(np.exp(np.minimum(odds, 50)), LARGEST)
