"""Probabilities corrected so that classes have given shares (CPSL)."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mmuda.pseudo_labels.rectifier import Prediction, Rectifier

LEAST = 1e-12  # below which a probability is as good as 0
CLOSE, MOST_STEPS = 1e-6, 1000  # shares are met up to the first, or after the second


class BalancedAssignment(Rectifier):
    """Assigns pixels to classes by optimal transport with class shares as marginals.

    Li et al. 2022 (CPSL) label pixels by the assignment Q that maximises
    <Q, S> + epsilon H(Q) among those where each pixel is assigned once and the classes
    have the shares delta: with S the similarity of features and prototypes, and delta
    the distribution of the pseudo labels, so that frequent classes do not swallow the
    rare ones. Sinkhorn-Knopp finds it.

    What is taken is the assignment and its marginals. S is here the logarithm of the
    probabilities, after :class:`~mmuda.pseudo_labels.PrototypeWeighting` if that is
    asked for as well, which is where prototypes come in. With an ``epsilon`` of 1, Q is
    then the probabilities times one factor for each class, made to sum up to 1. The
    factors are found once for the whole target, on a random sample of its pixels, until
    the shares are met; CPSL makes three steps on a queue of as many pixels, in every
    iteration of its training, and multiplies its soft labels by what it learns from Q,
    where here a strategy chooses among Q itself.

    Args:
        num_classes: C.
        shares: delta: of the classes in the target, from 0 on and of any sum above 0;
            by default how often each is the most probable one before any correction,
            as in CPSL.
        epsilon: Weight of the entropy, above 0; the smaller, the harder.
        sample: Number of pixels, at most, that the factors are found on.

    Raises:
        ValueError: If there is not one share per class, or a value is out of range.
    """

    def __init__(
        self,
        num_classes: int,
        shares: Sequence[float] | None = None,
        epsilon: float = 1.0,
        sample: int = 65536,
    ) -> None:
        super().__init__(num_classes)
        self.shares = None if shares is None else np.asarray(shares, np.float64)
        if shares is not None and (
            self.shares.shape != (num_classes,)
            or not (self.shares >= 0).all()
            or not self.shares.sum() > 0
        ):
            raise ValueError(
                f'shares of balance must be {num_classes} numbers from 0 on, one per '
                f'class, and of a sum above 0, got {shares}'
            )
        if not epsilon > 0 or not sample > 0:
            raise ValueError(
                'epsilon and sample of balance must be above 0, got '
                f'{epsilon} and {sample}'
            )
        self.epsilon, self.sample = epsilon, sample
        self._counts = np.zeros(num_classes)
        self._generator = np.random.default_rng(0)
        self._keys = np.zeros(0)
        self._sampled = np.zeros((0, num_classes), np.float32)

    def observe(self, prediction: Prediction) -> None:
        """Count the classes, and draw from the pixels."""
        valid = prediction.valid
        classes = prediction.uncorrected.argmax(0)[valid].cpu().numpy()
        self._counts += np.bincount(classes, minlength=self.num_classes)
        # Those of the smallest random keys are a uniform sample of all that were seen.
        keys = self._generator.random(len(classes))
        drawn = smallest(keys, self.sample)
        chosen = torch.from_numpy(drawn).to(valid.device)
        places = valid.flatten().nonzero()[chosen, 0]
        pixels = prediction.probabilities.flatten(1)[:, places].T.cpu().numpy()
        keys = np.concatenate([self._keys, keys[drawn]])
        kept = smallest(keys, self.sample)
        self._keys = keys[kept]
        self._sampled = np.concatenate([self._sampled, pixels])[kept]

    def conclude(self) -> np.ndarray:
        """Logarithm of the factor of each class, (C,), -inf where its share is 0."""
        shares = self._counts if self.shares is None else self.shares
        wanted = torch.from_numpy(shares / shares.sum())
        scores = self._scores(torch.from_numpy(self._sampled).double().T).T
        factors = wanted.log()
        for _ in range(MOST_STEPS):
            found = (scores + factors).softmax(1).mean(0)
            if (found - wanted).abs().max() < CLOSE:
                break
            factors = (factors + (wanted / found).log()).where(wanted > 0, -torch.inf)
        return factors.numpy()

    def rectify(self, prediction: Prediction) -> Tensor:
        """Q of the image."""
        scores = self._scores(prediction.probabilities)
        factors = torch.from_numpy(self.learned).to(scores)
        return (scores + factors[:, None, None]).softmax(0)

    def _scores(self, probabilities: Tensor) -> Tensor:
        """S / epsilon."""
        return probabilities.clamp(min=LEAST).log() / self.epsilon


def smallest(keys: np.ndarray, number: int) -> np.ndarray:
    """Places of the smallest of some keys, in any order; all if there are no more."""
    if len(keys) <= number:
        return np.arange(len(keys))
    return np.argpartition(keys, number - 1)[:number]
