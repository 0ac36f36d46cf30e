"""Is it the shares of the classes that differ, or what the classes look like?

If it is the shares alone, source pixels that are counted as often as their class is in
the target look like the target, and so do the features of a network. The distance that
is left then is compared with the distance before: the maximum mean discrepancy, with
the noise that the tiles bring taken off.
"""

from dataclasses import dataclass

import numpy as np
import torch

from mmuda.evaluation.bootstrap import tile_draws
from mmuda.pairing.mmd import RandomFeatures, median_distance

NUM_FREQUENCIES = 128
FOR_MEDIAN = 1000  # pixels
DRAWS = 200
CERTAIN = 0.99
# Of Gaussian classes, moved and re-weighted: correction gains above the first. Below
# the second looks are what differs: counting classes anew can imitate half of that.
EXPLAINED, UNEXPLAINED = 0.75, 0.5


@dataclass(frozen=True)
class ShiftKind:
    """What differs between two domains.

    Args:
        kind: ``'none'``, ``'shares'``, ``'looks'`` or ``'both'``.
        distance: Squared MMD of both domains without the noise of the tiles.
        noise: What a squared MMD of tiles of one domain is below in 99 % of draws.
        explained: The part of the distance (not squared) that goes where source pixels
            are counted by the shares of the target; at most 1, NaN where there is no
            distance.
    """

    kind: str
    distance: float
    noise: float
    explained: float

    @property
    def allows_correction(self) -> bool:
        """Whether predictions may be corrected by the estimated shares."""
        return self.kind == 'shares'


def kind_of_shift(
    source: np.ndarray,
    source_tiles: np.ndarray,
    source_weights: np.ndarray,
    target: np.ndarray,
    target_tiles: np.ndarray,
    seed: int = 0,
) -> ShiftKind:
    """Tell a shift of shares from one of looks.

    Args:
        source: Features, or scores, of held-out source pixels, (n, D).
        source_tiles: Tile of each, (n,).
        source_weights: How much more frequent the class of each is in the target, (n,).
        target: Likewise of the target, (m, D).
        target_tiles: Likewise, (m,).
        seed: Of frequencies and draws.
    """
    features = _embedding(source, target, seed)
    of_source, of_target = features(source), features(target)
    even = np.ones(len(source))
    ones = np.ones(len(target))
    weighted = _means(of_source, source_tiles, source_weights, seed)
    plain = _means(of_source, source_tiles, even, seed)
    theirs = _means(of_target, target_tiles, ones, seed + 1)
    before, noise = _distance(plain, theirs)
    after, _ = _distance(weighted, theirs)
    if before <= noise:
        return ShiftKind('none', float(before), float(noise), float('nan'))
    floor = [np.mean(_noise(x, theirs)) for x in (plain, weighted)]
    distance = max(before - floor[0], 1e-12)
    explained = 1 - np.sqrt(max(after - floor[1], 0) / distance)
    kind = 'looks' if explained <= UNEXPLAINED else 'both'
    if explained >= EXPLAINED:
        kind = 'shares'
    return ShiftKind(kind, float(distance), float(noise), float(explained))


def remaining_distance(
    source: np.ndarray, source_weights: np.ndarray, target: np.ndarray, seed: int = 0
) -> float:
    """Distance of two domains where source pixels are counted by the target's shares.

    The maximum mean discrepancy (not squared) of a Gaussian kernel, by random Fourier
    features. What the tiles bring by chance is part of it.

    Args:
        source: Features, or scores, of held-out source pixels, (n, D).
        source_weights: How much more frequent the class of each is in the target, (n,).
        target: Likewise of the target, (m, D).
        seed: Of frequencies.
    """
    features = _embedding(source, target, seed)
    mean = np.average(features(source), axis=0, weights=source_weights)
    return float(np.linalg.norm(mean - features(target).mean(0)))


def _embedding(source: np.ndarray, target: np.ndarray, seed: int) -> object:
    """Random Fourier features of both domains, in units of the source's spread."""
    mean, spread = source.mean(0), source.std(0) + 1e-6
    some = np.random.default_rng(seed).permutation(len(source))[:FOR_MEDIAN]
    near = torch.from_numpy((source[some] - mean) / spread)
    sigma = median_distance(near)
    random = RandomFeatures.random(source.shape[1], NUM_FREQUENCIES, sigma, seed)

    def embed(values: np.ndarray) -> np.ndarray:
        scaled = torch.from_numpy((values - mean) / spread).float()
        return random(scaled).double().numpy()

    return embed


def _means(
    features: np.ndarray, tiles: np.ndarray, weights: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean of all pixels (F,), and those of draws of tiles (draws, F)."""
    count = int(tiles.max()) + 1
    sums = np.zeros((count, features.shape[1]))
    np.add.at(sums, tiles, features * weights[:, None])
    totals = np.bincount(tiles, weights, minlength=count)
    drawn = tile_draws(count, DRAWS, seed)
    means = drawn @ sums / np.maximum(drawn @ totals, 1e-12)[:, None]
    return sums.sum(0) / max(totals.sum(), 1e-12), means


def _noise(first: tuple, second: tuple) -> np.ndarray:
    """Squared distances that draws of the tiles alone bring, (draws,)."""
    moved = (first[1] - first[0]) - (second[1] - second[0])
    return (moved**2).sum(1)


def _distance(first: tuple, second: tuple) -> tuple[float, float]:
    """Squared distance of two means, and what it is below by chance in 99 %."""
    noise = _noise(first, second)
    return ((first[0] - second[0]) ** 2).sum(), np.quantile(noise, CERTAIN)
