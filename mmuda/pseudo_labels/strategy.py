"""What a strategy of pseudo-labelling is."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

IGNORED = 255
Kept = dict[str, np.ndarray]
LoadImage = Callable[[], Tensor]


class Strategy(ABC):
    """Chooses the predicted pixels that become labels.

    It meets every image of the target three times, always in the same order, and never
    two images at once: :meth:`reduce` keeps the little that matters of a prediction,
    :meth:`learn` takes notice of it, and when all were seen :meth:`choose` makes the
    labels. What is kept may lie on disk in between. So the model predicts once, and
    memory does not grow with the number of images.

    A prediction is kept as its class and its *doubt*, in half precision: 1 less its
    probability, or its entropy. Near 0, where most pixels are, half precision is fine
    enough to tell them apart, and there are so few values that a histogram holds them
    all: order statistics are exact.

    Args:
        num_classes: C, at most 255.

    Attributes:
        learns_from_source: Whether it depends on labelled images of the source.
    """

    learns_from_source = False

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes

    def reduce(self, probabilities: Tensor, valid: Tensor) -> Kept:
        """What is kept of a prediction; by default :func:`most_probable`.

        Args:
            probabilities: Of the classes, float32, (C, H, W), on any device.
            valid: Pixels that may be labelled, bool, (H, W).
        """
        return most_probable(probabilities, valid)

    def reduce_with_image(
        self, load: LoadImage, probabilities: Tensor, valid: Tensor
    ) -> Kept:
        """Likewise, for those that look at the image as well.

        Args:
            load: Gives the image as the model got it, (B, h, w).
            probabilities: As of :meth:`reduce`; H and W may be others.
            valid: Likewise.
        """
        del load
        return self.reduce(probabilities, valid)

    def learn(self, kept: Kept) -> None:  # noqa: B027  # thresholds may be given
        """Take notice of an image."""

    @abstractmethod
    def choose(self, kept: Kept) -> np.ndarray:
        """Labels of an image, uint8 (H, W), 255 where nothing was chosen."""

    @abstractmethod
    def thresholds(self) -> dict[str, list[float | None]]:
        """What the choice depends on, by class; None for a class without any pixel."""


def most_probable(probabilities: Tensor, valid: Tensor) -> Kept:
    """The most probable class of each pixel, and how much it lacks to certainty.

    Returns:
        ``classes``, uint8 (H, W), 255 at invalid pixels, and ``doubt``, 1 less the
        probability of the class, float16 (H, W).
    """
    highest, classes = probabilities.max(0)
    return as_kept(classes, 1 - highest, valid)


def as_kept(classes: Tensor, doubt: Tensor, valid: Tensor) -> Kept:
    """Classes and doubts as :func:`most_probable` returns them."""
    classes = classes.to(torch.uint8).masked_fill(~valid, IGNORED)
    # A doubt of -0.0 would be none of the values that a histogram knows.
    return dict(classes=classes.cpu().numpy(), doubt=doubt.abs().half().cpu().numpy())


def up_to(kept: Kept, limits: np.ndarray, *, strictly: bool = False) -> np.ndarray:
    """Labels where the doubt is at most that of the class, or strictly below it.

    Args:
        kept: ``classes`` and ``doubt`` of an image.
        limits: Of the doubt, float64 (C,); NaN for a class that is never chosen.
        strictly: Whether a doubt that equals the limit is too much.
    """
    classes = kept['classes']
    limit = np.append(limits, np.nan)[np.minimum(classes, len(limits))]
    compare = np.less if strictly else np.less_equal
    return np.where(compare(kept['doubt'], limit), classes, IGNORED).astype(np.uint8)


def listed(values: np.ndarray) -> list[float | None]:
    """Numbers for a JSON file, NaN as None."""
    return [None if np.isnan(value) else float(value) for value in values]
