"""Strategies that take the surest pixels of each class, so and so many."""

from abc import abstractmethod

import numpy as np

from mmuda.pseudo_labels.histogram import DoubtHistogram
from mmuda.pseudo_labels.strategy import Kept, Strategy, listed, up_to


class QuantileStrategy(Strategy):
    """Base: the surest pixels of each class over the whole target set.

    Args:
        num_classes: C.
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes)
        self.histogram = DoubtHistogram(num_classes)
        self._found: np.ndarray | None = None

    @abstractmethod
    def keep(self, pixels: np.ndarray) -> np.ndarray:
        """How many pixels of each class, int64 (C,), given how many there are."""

    def limits(self) -> np.ndarray:
        """Doubts up to which the pixels of each class are chosen, (C,)."""
        if self._found is None:
            self._found = self.histogram.limits(self.keep(self.histogram.pixels))
        return self._found

    def learn(self, kept: Kept) -> None:
        """Count the pixels of an image."""
        self.histogram.add(kept)
        self._found = None

    def choose(self, kept: Kept) -> np.ndarray:
        """Labels of the pixels that are sure enough."""
        return up_to(kept, self.limits())

    def thresholds(self) -> dict[str, list[float | None]]:
        """The lowest confidence of a chosen pixel."""
        return dict(confidence=listed(1 - self.limits()))
