"""How far a figure could be off, by drawing tiles, and seeds, again.

Pixels of a tile are not independent of each other, tiles nearly are: they are what is
drawn.
"""

from dataclasses import dataclass

import numpy as np

COVERED = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure with what it may be.

    Args:
        value: The figure itself.
        low: Lower end of the interval that the bootstrap gives.
        high: Upper end.
        above_zero: Share of the draws that are above 0.
    """

    value: float
    low: float
    high: float
    above_zero: float


def tile_draws(count: int, draws: int, seed: int = 0) -> np.ndarray:
    """How often each of ``count`` tiles is in each draw with replacement, (draws, T).

    Raises:
        ValueError: If there is no tile.
    """
    if count < 1:
        raise ValueError(f'a bootstrap needs at least one tile, got {count}')
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), size=draws)


def ends(values: np.ndarray, covered: float = COVERED) -> np.ndarray:
    """Percentile interval of draws, (2, ...), over the first axis."""
    beyond = (1 - covered) / 2
    return np.quantile(values, [beyond, 1 - beyond], axis=0)


def paired_difference(
    first: np.ndarray,
    second: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
    covered: float = COVERED,
) -> Interval:
    """Mean IoU of one method minus that of another, on the same tiles.

    Both are counted on the same draw of tiles, and of seeds where both have the same
    number of them: what makes a tile, or a seed, hard for both does not count.

    Args:
        first: Pixels of each class in each tile: intersection, union and truth,
            (seeds, T, C, 3) or, for a single model, (T, C, 3).
        second: Likewise. Another number of seeds is drawn by itself.
        draws: Of the bootstrap.
        seed: Of the draws.
        covered: By the interval.

    Returns:
        In percent. The value is that of all tiles and seeds.

    Raises:
        ValueError: If the tiles or classes of both are not the same.
    """
    first, second = (x[None] if x.ndim == 3 else x for x in (first, second))
    if first.shape[1:] != second.shape[1:]:
        raise ValueError(
            'a paired bootstrap compares counts of the same tiles and classes, got '
            f'{first.shape[1:]} and {second.shape[1:]}'
        )
    tiles = tile_draws(first.shape[1], draws, seed)
    seeds = [_seed_draws(len(x), draws, seed) for x in (first, second)]
    differences = np.subtract(
        *(
            _mean_over(mean_iou(np.einsum('dt,stck->dsck', tiles, x)), s)
            for x, s in zip((first, second), seeds, strict=True)
        )
    )
    value = np.subtract(*(mean_iou(x.sum(1)).mean() for x in (first, second)))
    low, high = ends(differences, covered)
    above = float((differences > 0).mean())
    return Interval(float(value), float(low), float(high), above)


def mean_iou(counts: np.ndarray) -> np.ndarray:
    """Mean IoU, percent, over the classes that are in the truth.

    Args:
        counts: Intersection, union and truth, (..., C, 3).
    """
    there = counts[..., 2] > 0
    iou = np.where(there, counts[..., 0] / np.maximum(counts[..., 1], 1), 0)
    return 100 * iou.sum(-1) / np.maximum(there.sum(-1), 1)


def _seed_draws(number: int, draws: int, seed: int) -> np.ndarray:
    """How often each seed is in each draw, (draws, S); the same for equal numbers."""
    return tile_draws(number, draws, seed + 1)


def _mean_over(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return (values * counts).sum(1) / counts.sum(1)
