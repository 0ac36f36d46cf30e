"""One confidence for all classes."""

import numpy as np

from mmuda.pseudo_labels.strategy import Kept, Strategy, up_to


class FixedThreshold(Strategy):
    """Pixels whose class is more probable than a fixed threshold.

    Args:
        num_classes: C.
        threshold: Probability, in [0, 1]; 0.9 is the usual one.

    Raises:
        ValueError: If ``threshold`` is outside [0, 1].
    """

    def __init__(self, num_classes: int, threshold: float = 0.9) -> None:
        super().__init__(num_classes)
        if not 0 <= threshold <= 1:
            raise ValueError(f'threshold must be in [0, 1], got {threshold}')
        self.threshold = threshold

    def choose(self, kept: Kept) -> np.ndarray:
        """Labels of the pixels above the threshold."""
        limits = np.full(self.num_classes, 1 - self.threshold)
        return up_to(kept, limits, strictly=True)

    def thresholds(self) -> dict[str, list[float | None]]:
        """The confidence that a pixel must exceed."""
        return dict(confidence=[self.threshold] * self.num_classes)
