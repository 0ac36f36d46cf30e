"""Order statistics of any number of pixels, in a table of fixed size."""

import numpy as np

from mmuda.pseudo_labels.strategy import Kept

# Half-precision numbers from 0 on, in order: their bits read as integers.
VALUES = np.arange(0x7C00, dtype=np.uint16).view(np.float16)


class DoubtHistogram:
    """How often each class was predicted with each doubt.

    Args:
        num_classes: C.
    """

    def __init__(self, num_classes: int) -> None:
        self._counts = np.zeros((num_classes, len(VALUES)), np.int64)

    def add(self, kept: Kept) -> None:
        """Count the pixels of an image."""
        predicted = kept['classes'] < len(self._counts)
        classes = kept['classes'][predicted].astype(np.int64)
        codes = kept['doubt'][predicted].view(np.uint16)
        places = classes * len(VALUES) + codes
        found = np.bincount(places, minlength=self._counts.size)
        self._counts += found.reshape(self._counts.shape)

    @property
    def pixels(self) -> np.ndarray:
        """Pixels of each class, int64 (C,)."""
        return self._counts.sum(1)

    def limits(self, keep: np.ndarray) -> np.ndarray:
        """The doubt up to which a class has so many pixels.

        Args:
            keep: Number of pixels of each class, int64 (C,).

        Returns:
            The ``keep``-th smallest doubt of each class, float64 (C,): equal doubts are
            chosen together. NaN where ``keep`` is 0.
        """
        found = np.full(len(keep), np.nan)
        for number, (counts, rank) in enumerate(zip(self._counts, keep, strict=True)):
            if rank > 0:
                found[number] = VALUES[np.searchsorted(counts.cumsum(), rank)]
        return found
