"""Class shares of the target with what they may be."""

from dataclasses import dataclass

import numpy as np

from mmuda.evaluation.bootstrap import ends, tile_draws
from mmuda.evaluation.shares.estimators import ESTIMATORS, MOST, class_shares

DRAWS = 100


@dataclass(frozen=True)
class Predictions:
    """Probabilities at pixels of a domain.

    Args:
        probabilities: (n, C).
        tiles: The tile of each pixel, (n,).
        labels: Classes (n,); None of a domain without labels.
    """

    probabilities: np.ndarray
    tiles: np.ndarray
    labels: np.ndarray | None = None

    @property
    def num_tiles(self) -> int:
        """Of the domain."""
        return int(self.tiles.max()) + 1 if len(self.tiles) else 0


@dataclass(frozen=True)
class ShareEstimate:
    """Shares of the classes, each (C,).

    Args:
        source: Of the held-out source, by its labels.
        target: Estimated.
        low: Lower end of the 95 % interval of ``target``, by a bootstrap over tiles.
        high: Upper end.
    """

    source: np.ndarray
    target: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def ratios(self) -> np.ndarray:
        """Target over source; 1 for a class that the source does not have."""
        there = self.source > 0
        return np.where(there, self.target / np.where(there, self.source, 1), 1.0)

    def shrunk(self, strength: float) -> np.ndarray:
        """Shares between those of the source and the estimate, (C,), of sum 1.

        Proportional to source x ratios^strength, which is what a correction of
        predictions by that strength takes for the shares of the target.

        Args:
            strength: In [0, 1]: 0 for those of the source, 1 for the estimate.

        Raises:
            ValueError: If it is not.
        """
        if not 0 <= strength <= 1:
            raise ValueError(f'strength must be in [0, 1], got {strength}')
        shares = self.source * self.ratios**strength
        return shares / shares.sum()

    @property
    def at_bounds(self) -> np.ndarray:
        """Which classes are as frequent as they may become, bool (C,).

        Such an estimate is none: the class is what unknown looks are taken for.
        """
        return self.ratios > 0.9 * MOST

    @property
    def vanished(self) -> np.ndarray:
        """Which classes are as rare as they may become, bool (C,).

        Either there are none, or they look like others there: predictions do not tell.
        """
        return self.ratios < 1 / (0.9 * MOST)


def estimate_shares(
    source: Predictions,
    target: Predictions,
    estimator: str = 'mlls',
    draws: int = DRAWS,
    seed: int = 0,
) -> ShareEstimate:
    """Estimate the shares, and how far they may be off.

    Args:
        source: Held-out source pixels; calibrated for ``mlls``.
        target: Target pixels.
        estimator: A name in :data:`~mmuda.evaluation.shares.estimators.ESTIMATORS`.
        draws: Of tiles of both domains.
        seed: Of the draws.

    Raises:
        ValueError: If there is no such estimator, or a domain has no pixel.
    """
    if estimator not in ESTIMATORS:
        raise ValueError(
            f'no estimator {estimator!r} of class shares, expected one of '
            f'{", ".join(ESTIMATORS)}'
        )
    for name, domain in (('source', source), ('target', target)):
        if not len(domain.tiles):
            raise ValueError(f'class shares need valid pixels, the {name} has none')
    estimate = ESTIMATORS[estimator]
    data = source.probabilities, source.labels, target.probabilities
    drawn = []
    for of_source, of_target in zip(
        tile_draws(source.num_tiles, draws, seed),
        tile_draws(target.num_tiles, draws, seed + 1),
        strict=True,
    ):
        weights = of_source[source.tiles], of_target[target.tiles]
        if all(w.any() for w in weights):  # not of empty tiles alone
            drawn.append(estimate(*data, *weights))
    low, high = ends(np.array(drawn))
    there = class_shares(source.labels, source.probabilities.shape[1])
    return ShareEstimate(there, estimate(*data), low, high)
