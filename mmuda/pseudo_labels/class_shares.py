"""Labels whose classes have given shares."""

from collections.abc import Sequence

import numpy as np

from mmuda.pseudo_labels.quantile import QuantileStrategy


class ClassShares(QuantileStrategy):
    """The surest pixels of each class, so many that classes have the shares given.

    A model that is biased towards the classes of the source predicts the others too
    rarely, and self-training repeats that. Where the shares of the classes in the
    target are known from elsewhere (statistics of land use, an estimate from the
    predictions), the labels can be balanced to them.

    Args:
        num_classes: C.
        shares: Of the classes in the target, above or equal to 0, of any sum above 0.
        portion: Share of all predicted pixels that is labelled, in (0, 1], as far as a
            class is predicted often enough.

    Raises:
        ValueError: If there is not one share per class, or they or ``portion`` are out
            of range.
    """

    def __init__(
        self, num_classes: int, shares: Sequence[float], portion: float = 0.5
    ) -> None:
        super().__init__(num_classes)
        self.shares = np.asarray(shares, np.float64)
        if self.shares.shape != (num_classes,) or (self.shares < 0).any():
            raise ValueError(
                f'shares must be {num_classes} numbers from 0 on, one per class, got '
                f'{shares}'
            )
        if not self.shares.sum() > 0 or not 0 < portion <= 1:
            raise ValueError(
                'shares must have a sum above 0 and portion must be in (0, 1], got '
                f'{shares} and {portion}'
            )
        self.portion = portion

    def keep(self, pixels: np.ndarray) -> np.ndarray:
        """The share of each class in the portion, if there are so many."""
        wanted = self.portion * pixels.sum() * self.shares / self.shares.sum()
        return np.minimum(np.floor(wanted).astype(np.int64), pixels)
