"""Models that say the same everywhere.

Certainty, agreement and smoothness are greatest where a model predicts one class, and
neighbourhoods are densest where all its probabilities are equal. No criterion may
choose such a model.
"""

import numpy as np

from mmuda.evaluation.criteria.certainty import entropies, information_maximisation

DIVERSITY = 0.25
INFORMATION = 0.05


def is_collapsed(probabilities: np.ndarray, expected: np.ndarray) -> bool:
    """Whether a model tells hardly any classes apart on the target.

    It does if the number of classes that it predicts, e^H - 1 of their shares, is below
    a quarter of the expected one; or if its probabilities say nothing of which pixel
    they are about, less than 5 % of the entropy of the expected shares.

    Args:
        probabilities: Of target pixels, (n, C).
        expected: Class shares of the target, estimated, or those of the source, (C,).
    """
    shares = np.bincount(probabilities.argmax(1), minlength=len(expected))
    found, wanted = (np.exp(entropies(s / s.sum())) - 1 for s in (shares, expected))
    said = information_maximisation(probabilities)
    return bool(
        found < DIVERSITY * wanted or said < INFORMATION * entropies(np.array(expected))
    )
