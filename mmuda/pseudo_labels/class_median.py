"""The median confidence of each class, but no more than a cap (BDL)."""

import numpy as np

from mmuda.pseudo_labels.quantile import QuantileStrategy


class ClassMedian(QuantileStrategy):
    """Pixels that are at least as sure as half of their class, or as a cap.

    Li et al. 2019 (BDL) speak of one threshold; their code takes the median confidence
    of the pixels of a class, where it is below 0.9, and 0.9 otherwise.

    Args:
        num_classes: C.
        cap: Confidence that is enough in any class, in [0, 1].

    Raises:
        ValueError: If ``cap`` is outside [0, 1].
    """

    def __init__(self, num_classes: int, cap: float = 0.9) -> None:
        super().__init__(num_classes)
        if not 0 <= cap <= 1:
            raise ValueError(f'cap must be in [0, 1], got {cap}')
        self.cap = cap

    def keep(self, pixels: np.ndarray) -> np.ndarray:
        """From number round(n / 2) on in ascending order, counted from 0."""
        return pixels - np.round(pixels / 2).astype(np.int64)

    def limits(self) -> np.ndarray:
        """Doubt of the median, or what the cap allows; NaN without any pixel."""
        return np.maximum(super().limits(), 1 - self.cap)
