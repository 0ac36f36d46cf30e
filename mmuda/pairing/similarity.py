"""Semantic similarity of two images.

Equations are those of Gritzner and Ostermann 2020. Locations whose label is
``IGNORE`` in either image belong to no class: they are left out of the set L.
"""

from torch import Tensor

IGNORE = 255


def semantic_similarity(first: Tensor, second: Tensor) -> float:
    """SemSim, Eq. 1: the share of locations at which two label maps agree.

    Args:
        first: Class ids, any shape.
        second: Class ids of the same shape.

    Returns:
        A number in [0, 1]; 0 if no location is labelled in both.
    """
    labelled = (first != IGNORE) & (second != IGNORE)
    agree = (first == second) & labelled
    return float(agree.sum()) / max(int(labelled.sum()), 1)


def approximate_similarity(labels: Tensor, probabilities: Tensor) -> float:
    """SemSim*, Eq. 2: the mean probability of the classes that ``labels`` name.

    Args:
        labels: Class ids of a source image, shape (H, W).
        probabilities: Class probabilities of a target image, shape (C, H, W).

    Returns:
        A number in [0, 1]; 0 if no location is labelled.
    """
    labelled = labels != IGNORE
    at = labels.masked_fill(~labelled, 0).long()[None]
    named = probabilities.gather(0, at)[0]
    return float(named[labelled].sum()) / max(int(labelled.sum()), 1)
