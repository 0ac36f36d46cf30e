"""Criteria that read the probabilities of one model on target pixels, (n, C).

The higher the better, but a model that says the same everywhere gets the best score of
some: see :mod:`mmuda.evaluation.criteria.collapse`.
"""

import numpy as np

TEMPERATURE = 0.05  # of SND
NEIGHBOURS = 2000  # pixels that SND compares with each other


def negative_entropy(probabilities: np.ndarray) -> float:
    """- mean H(p), in nats: the more certain of each pixel, the higher."""
    return float(-entropies(probabilities).mean())


def soft_neighbourhood_density(
    probabilities: np.ndarray,
    temperature: float = TEMPERATURE,
    count: int = NEIGHBOURS,
) -> float:
    """SND (Saito et al. 2021, Eq. 1 to 3): mean entropy of each pixel's neighbourhood.

    S = softmax(f f^T / temperature) without the diagonal, f the L2-normalised
    probabilities.

    Args:
        probabilities: (n, C).
        temperature: Of the softmax.
        count: At most so many of the pixels, evenly spaced, are compared.

    Raises:
        ValueError: If there are fewer than two pixels.
    """
    if len(probabilities) < 2:
        raise ValueError('SND compares pixels with each other, it needs two')
    chosen = np.linspace(0, len(probabilities) - 1, min(count, len(probabilities)))
    some = probabilities[chosen.astype(int)]
    some = some / np.linalg.norm(some, axis=1, keepdims=True)
    similarity = some @ some.T / temperature
    np.fill_diagonal(similarity, -np.inf)
    similarity -= similarity.max(1, keepdims=True)
    weights = np.exp(similarity)
    weights /= weights.sum(1, keepdims=True)
    return float(entropies(weights).mean())


def information_maximisation(probabilities: np.ndarray) -> float:
    """H(mean p) - mean H(p), in nats (Musgrave et al. 2022): wants classes balanced."""
    return float(entropies(probabilities.mean(0)) - entropies(probabilities).mean())


def shift_aware_information(probabilities: np.ndarray, expected: np.ndarray) -> float:
    """- KL(mean p || expected) - mean H(p): wants the classes as frequent as expected.

    Args:
        probabilities: (n, C).
        expected: Class shares of the target, estimated, (C,).
    """
    mean = probabilities.mean(0)
    logarithms = np.log(np.maximum(mean, 1e-12) / np.maximum(expected, 1e-6))
    return float(-(mean * logarithms).sum() - entropies(probabilities).mean())


def nuclear_norm(probabilities: np.ndarray) -> float:
    """BNM (Cui et al. 2020): the sum of the singular values of P (n, C), over n."""
    values = np.linalg.svd(probabilities, compute_uv=False)
    return float(values.sum() / len(probabilities))


def entropies(probabilities: np.ndarray) -> np.ndarray:
    """Shannon entropy over the last axis, nats."""
    logarithms = np.log(np.maximum(probabilities, 1e-300))
    return -(probabilities * logarithms).sum(-1)
