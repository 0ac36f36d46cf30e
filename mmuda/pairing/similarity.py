"""Semantic similarity of images, and the search for the most similar ones.

Equations are those of Gritzner and Ostermann 2020. Locations whose label is
``IGNORE`` in either image belong to no class: they are left out of the set L.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

IGNORE = 255
SOURCE_BLOCK = 256


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


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    """Label maps (N, L) as class indicators (N, C, L), float32; ignored ones are 0."""
    classes = torch.arange(num_classes, dtype=labels.dtype, device=labels.device)
    return (labels[:, None] == classes[:, None]).float()


def best_partners(
    labels: Tensor, targets: Iterable[tuple[Tensor, Tensor | None]], num_classes: int
) -> tuple[Tensor, Tensor]:
    """The mapping M of Eq. 3: for every source image the most similar target.

    All similarities of a block of source and a block of target images are one
    product of matrices. With probabilities they are SemSim*; with the indicators
    of target labels (:func:`one_hot`) and their validity they are SemSim.

    Args:
        labels: Class ids of the source images, uint8, shape (N, L).
        targets: Blocks of target images in order: probabilities (M_b, C, L) and
            which locations are valid (M_b, L), None for all.
        num_classes: C.

    Returns:
        Index of the partner (N,), the lowest among equals, and its similarity (N,).
    """
    best = torch.full((len(labels),), -1.0)
    partner = torch.zeros(len(labels), dtype=torch.long)
    begin = 0
    for probabilities, valid in targets:
        flat = probabilities.flatten(1).float()
        for start in range(0, len(labels), SOURCE_BLOCK):
            rows = slice(start, start + SOURCE_BLOCK)
            score = _similarities(labels[rows], flat, valid, num_classes)
            top, index = score.max(dim=1)
            better = top > best[rows]
            best[rows] = torch.where(better, top, best[rows])
            partner[rows] = torch.where(better, begin + index, partner[rows])
        begin += len(probabilities)
    return partner, best


def _similarities(
    labels: Tensor, flat: Tensor, valid: Tensor | None, num_classes: int
) -> Tensor:
    labelled = (labels != IGNORE).float()
    agreement = one_hot(labels, num_classes).flatten(1) @ flat.T
    if valid is None:
        count = labelled.sum(dim=1, keepdim=True)
    else:
        count = labelled @ valid.float().T
    return agreement / count.clamp(min=1)
