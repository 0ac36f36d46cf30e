"""A threshold on the entropy for each category (Wang et al. 2021, Sect. 2.2)."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.pseudo_labels.strategy import Kept, Strategy, as_kept, listed, up_to


def entropy(probabilities: Tensor) -> Tensor:
    """Entropy in nats of probabilities (C, ...) over the classes, Eq. 2."""
    return -torch.xlogy(probabilities, probabilities).sum(0)


class CategoryAdaptive(Strategy):
    """Pixels of lower entropy than the centroid of their category.

    The centroid f^l of a category is the mean, over all pixels of the whole target set
    that are predicted as l, of the vector of probabilities (Eq. 1; as printed it also
    sums over the classes, which would leave no vector). A pixel is chosen if its
    entropy is below that of the centroid less ``delta`` (Eq. 2 and 3), in nats. Since
    the entropy is concave, that of the centroid is at least the mean of the pixels':
    with a ``delta`` of 0 well over half of them pass. The paper gives no value.

    Args:
        num_classes: C.
        delta: How far below, in nats; one number, or one for each class. Below 0 pixels
            pass that are less sure than the centroid. Entropies are 0 to log C, so that
            beyond -log C all pixels pass and beyond log C none.

    Raises:
        ValueError: If there is not one ``delta`` per class, or one is beyond these.
    """

    def __init__(self, num_classes: int, delta: float | Sequence[float] = 0.0) -> None:
        super().__init__(num_classes)
        self.delta = np.array(np.broadcast_to(delta, np.shape(delta) or num_classes))
        if self.delta.shape != (num_classes,):
            raise ValueError(
                f'delta must be one number or one for each of {num_classes} classes, '
                f'got {delta}'
            )
        most = np.log(num_classes)
        if not (np.abs(self.delta) <= most).all():  # nor is nan
            raise ValueError(
                f'delta must be from {-most:.3g} to {most:.3g} (log {num_classes} is '
                f'the highest entropy of {num_classes} classes), got {delta}'
            )
        self._sums = np.zeros((num_classes, num_classes))
        self._pixels = np.zeros(num_classes, np.int64)

    def reduce(self, probabilities: Tensor, valid: Tensor) -> Kept:
        """Classes, entropies and what the image adds to the centroids."""
        classes = probabilities.argmax(0)
        kept = as_kept(classes, entropy(probabilities), valid)
        of_class = F.one_hot(classes[valid], self.num_classes).float()
        sums = of_class.T @ probabilities[:, valid].T
        kept['sums'] = sums.cpu().numpy()
        kept['pixels'] = of_class.sum(0, dtype=torch.float64).long().cpu().numpy()
        return kept

    def learn(self, kept: Kept) -> None:
        """Add the image to the sums of which centroids are made."""
        self._sums += kept['sums']
        self._pixels += kept['pixels']

    @property
    def centroids(self) -> np.ndarray:
        """f^l in row l, Eq. 1; NaN for a category that is never predicted."""
        with np.errstate(invalid='ignore'):
            return self._sums / self._pixels[:, None]

    def _limits(self) -> np.ndarray:
        of_centroids = entropy(torch.from_numpy(self.centroids.T)).numpy()
        return of_centroids - self.delta

    def choose(self, kept: Kept) -> np.ndarray:
        """Labels where m of Eq. 3 is 1."""
        return up_to(kept, self._limits(), strictly=True)

    def thresholds(self) -> dict[str, list[float | None]]:
        """The entropy that a pixel must stay below, in nats."""
        return dict(entropy=listed(self._limits()))
