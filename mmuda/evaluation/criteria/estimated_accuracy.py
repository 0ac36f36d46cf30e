"""IoU on the target, estimated from confidences, class by class.

What share of a predicted class is right is carried over from held-out source pixels.
With the number of pixels that each class should have, it makes an IoU.
"""

import numpy as np

CONFIDENT = 1.0 + 1e-9  # above any confidence: nothing is taken for right


def threshold_correct(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    counts: np.ndarray | None = None,
) -> np.ndarray:
    """ATC (Garg et al. 2022), class by class (Li et al. 2022): pixels taken for right.

    Of each predicted class, the threshold is the confidence below which as many source
    pixels are as are wrong.

    Args:
        source: Probabilities of held-out source pixels, (n, C).
        labels: Their classes, (n,).
        target: Probabilities of target pixels, (m, C).
        counts: How often each source pixel counts, at least 0, (n,); once if None.

    Returns:
        bool, (m,). Of a class that is never predicted on the source nothing is.
    """
    predicted, confidence = source.argmax(1), source.max(1)
    counts = np.ones(len(labels)) if counts is None else counts
    thresholds = np.full(source.shape[1], CONFIDENT)
    for c in np.unique(predicted):
        (own,) = np.nonzero((predicted == c) & (counts > 0))
        own = own[np.argsort(confidence[own])]
        below = np.cumsum(counts[own]) - counts[own]
        wrong = counts[own][labels[own] != c].sum()
        # Sums of fractions that are equal may differ by rounding.
        enough = own[below >= wrong * (1 - 1e-9)]
        thresholds[c] = confidence[enough[0]] if len(enough) else CONFIDENT
    return target.max(1) >= thresholds[target.argmax(1)]


def difference_of_confidences(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """DoC (Guillory et al. 2021), class by class: what share of each class is right.

    Source precision minus the drop of the mean confidence; the arguments are those of
    :func:`threshold_correct`.

    Returns:
        (C,) in [0, 1]; 0 for a class that is not predicted on source and target.
    """
    right = np.zeros(source.shape[1])
    for c in range(len(right)):
        here, there = source.argmax(1) == c, target.argmax(1) == c
        if here.any() and there.any():
            drop = source[here, c].mean() - target[there, c].mean()
            right[c] = np.clip((labels[here] == c).mean() - drop, 0, 1)
    return right


def estimated_iou(
    predicted: np.ndarray, right: np.ndarray, expected: np.ndarray
) -> np.ndarray:
    """IoU in percent from pixels predicted, those taken for right, and those there.

    Args:
        predicted: Pixels of each predicted class, (..., C).
        right: Those that are taken for right, (..., C).
        expected: Class shares of the target, (C,).

    Returns:
        Mean over the classes that are expected, (...).
    """
    there = expected * predicted.sum(-1, keepdims=True)
    right = np.minimum(right, there)
    iou = right / np.maximum(predicted + there - right, 1e-12)
    return 100 * iou[..., expected > 0].mean(-1)


def counts_of(classes: np.ndarray, chosen: np.ndarray, num_classes: int) -> np.ndarray:
    """How many of the pixels (n,) that are chosen are of each class, (C,)."""
    return np.bincount(classes[chosen], minlength=num_classes).astype(float)


def estimated_by_thresholds(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, expected: np.ndarray
) -> float:
    """Mean IoU, percent, by ATC per class."""
    predicted, size = target.argmax(1), target.shape[1]
    right = threshold_correct(source, labels, target)
    everything = counts_of(predicted, np.ones(len(predicted), bool), size)
    return float(estimated_iou(everything, counts_of(predicted, right, size), expected))


def estimated_by_confidences(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, expected: np.ndarray
) -> float:
    """Mean IoU, percent, by DoC per class."""
    predicted, size = target.argmax(1), target.shape[1]
    everything = counts_of(predicted, np.ones(len(predicted), bool), size)
    right = everything * difference_of_confidences(source, labels, target)
    return float(estimated_iou(everything, right, expected))
