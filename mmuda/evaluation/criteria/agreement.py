"""Criteria by which predictions are compared with predictions."""

from collections.abc import Sequence

import numpy as np


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Share of pixels at which two models, or views, name the same class.

    Between two runs that differ in their seed it estimates accuracy (Jiang et al. 2022,
    Assessing Generalization of SGD via Disagreement).

    Args:
        first: Class ids (n,).
        second: Likewise.
    """
    return float((first == second).mean())


def ensemble_labels(
    probabilities: Sequence[np.ndarray], families: Sequence[str]
) -> np.ndarray:
    """What a pool of models says together (EnsV, Hu et al. 2024): class ids (n,).

    Each family, such as the checkpoints of one method, has one voice: the mean of its
    members.

    Args:
        probabilities: Of each model, (n, C).
        families: Of each model.
    """
    voices = [
        np.mean(
            [p for p, f in zip(probabilities, families, strict=True) if f == name], 0
        )
        for name in dict.fromkeys(families)
    ]
    return np.mean(voices, 0).argmax(1)


def mixed_agreement(
    mixed: np.ndarray, dominant: np.ndarray, other: np.ndarray
) -> float:
    """MixVal (Hu et al. 2023): whether mixed images are what dominates in them.

    The mean of two shares: of pixels where two images of one predicted class are mixed,
    and of those where the classes differ. What there is none of does not count.

    Args:
        mixed: Classes predicted for mixed pixels, (n,).
        dominant: Those for the image of the larger weight alone, (n,).
        other: Those for the other one, (n,).
    """
    right, same = mixed == dominant, dominant == other
    parts = [right[kind].mean() for kind in (same, ~same) if kind.any()]
    return float(np.mean(parts))


def similarity_to_source(
    labels: np.ndarray,
    labelled: np.ndarray,
    probabilities: np.ndarray,
    valid: np.ndarray,
) -> float:
    """SemSim* (Gritzner and Ostermann 2020, Eq. 2) of source tiles with partners.

    The partner of a tile is the target tile of the highest SemSim*; the mean over all
    source tiles.

    Args:
        labels: Classes at L places of S source tiles, (S, L).
        labelled: Where they count, (S, L).
        probabilities: At the same places of T target tiles, (T, L, C).
        valid: Where they count, (T, L).
    """
    hot = np.eye(probabilities.shape[2])[np.where(labelled, labels, 0)]
    hot = (hot * labelled[..., None]).reshape(len(labels), -1)
    known = (probabilities * valid[..., None]).reshape(len(probabilities), -1)
    places = labelled.astype(float) @ valid.T.astype(float)
    return float((hot @ known.T / np.maximum(places, 1)).max(1).mean())
