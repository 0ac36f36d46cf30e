"""Whether a model is right as often as it says: expected calibration error."""

import torch
from torch import Tensor

BINS = 15


def calibration_counts(
    logits: Tensor, truth: Tensor, ignored: int = 255, bins: int = BINS
) -> Tensor:
    """Pixels, right ones and sum of confidences by confidence, summed over images.

    Args:
        logits: Class scores (C, H, W).
        truth: Class ids (H, W).
        ignored: Id that does not count.
        bins: Of equal width between 0 and 1.

    Returns:
        float64 (3, bins).
    """
    confidence, predicted = logits.float().softmax(0).max(0)
    known = truth != ignored
    confidence = confidence[known].double()
    right = (predicted == truth)[known].double()
    # (low, high], as Guo et al. have them.
    at = (confidence * bins).ceil().long().clamp(1, bins) - 1
    values = (torch.ones_like(right), right, confidence)
    return torch.stack(
        [torch.bincount(at, value, minlength=bins) for value in values]
    ).cpu()


def expected_calibration_error(counts: Tensor) -> float:
    """Mean distance of confidence and accuracy, in [0, 1] (Guo et al. 2017, Eq. 3).

    Args:
        counts: From :func:`calibration_counts`, (3, bins).
    """
    pixels, right, confidence = counts
    return float((right - confidence).abs().sum() / pixels.sum())
