"""What corrects a model's probabilities before a strategy chooses among them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from torch import Tensor


@dataclass
class Prediction:
    """What a model says of an image.

    Args:
        probabilities: Of the classes, corrected so far, float32, (C, H, W).
        uncorrected: The probabilities before any correction.
        valid: Pixels that may be labelled, bool, (H, W).
        features: Outputs of submodules of the segmentor, (D, h, w), by their names.
    """

    probabilities: Tensor
    uncorrected: Tensor
    valid: Tensor
    features: dict[str, Tensor]


class Rectifier(ABC):
    """Learns something of the whole target, and corrects each prediction by it.

    It meets every image twice, never two at once: :meth:`observe` takes notice of it,
    and when all were seen :meth:`rectify` corrects the probabilities, of which a
    :class:`~mmuda.pseudo_labels.Strategy` then makes labels. In between the model
    predicts again, so that nothing has to be kept of an image.

    Args:
        num_classes: C.

    Attributes:
        taps: Submodules of the segmentor whose outputs it reads.
        learned: What it has learned of the target; None until that is concluded.
    """

    taps: tuple[str, ...] = ()

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes
        self.learned: np.ndarray | None = None

    @abstractmethod
    def observe(self, prediction: Prediction) -> None:
        """Take notice of an image."""

    @abstractmethod
    def conclude(self) -> np.ndarray:
        """What is to be :attr:`learned` from all that was observed."""

    @abstractmethod
    def rectify(self, prediction: Prediction) -> Tensor:
        """Corrected probabilities, of sum 1, (C, H, W)."""
