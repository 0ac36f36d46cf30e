"""What is near the border of two classes: boundary IoU, and labels eroded there."""

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

IGNORED = 255


def border_zone(labels: np.ndarray, width: int) -> np.ndarray:
    """Pixels within ``width`` of a pixel of another class, by the larger of dx and dy.

    Where nothing is labelled there is no border, and none at the edge of the image.

    Args:
        labels: Class ids (H, W), 255 ignored.
        width: Pixels.
    """
    size = 2 * width + 1
    known, labels = labels != IGNORED, labels.astype(np.int16)
    highest = maximum_filter(np.where(known, labels, -1), size)
    lowest = minimum_filter(np.where(known, labels, IGNORED + 1), size)
    return known & (highest != lowest)


def eroded(labels: np.ndarray, width: int) -> np.ndarray:
    """Labels without those within ``width`` of another class (ISPRS: 3 pixels)."""
    return np.where(border_zone(labels, width), IGNORED, labels).astype(labels.dtype)


def boundary_counts(
    predicted: np.ndarray, truth: np.ndarray, num_classes: int, width: int
) -> np.ndarray:
    """Boundary intersection and union of each class (Cheng et al. 2021, Eq. 4).

    The boundary of a class is what of it lies within ``width`` of what is not of it.

    Args:
        predicted: Class ids (H, W).
        truth: Likewise; 255 is counted nowhere.
        num_classes: C.
        width: Pixels.

    Returns:
        int64 (C, 2).
    """
    known = truth != IGNORED
    seen = np.where(known, predicted, IGNORED)
    zones = border_zone(truth, width), border_zone(seen, width)
    counts = np.zeros((num_classes, 2), np.int64)
    for c in range(num_classes):
        one, other = (truth == c) & zones[0], (seen == c) & zones[1]
        counts[c] = (one & other).sum(), (one | other).sum()
    return counts
