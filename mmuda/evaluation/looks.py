"""How different images of two domains look, whatever is on them."""

from dataclasses import dataclass

import numpy as np

from mmuda.evaluation.domain_classifier import proxy_distance
from mmuda.evaluation.tile_samples import TileSamples

QUANTILES = np.linspace(0.005, 0.995, 100)


@dataclass(frozen=True)
class Looks:
    """Distances of the target from the source.

    Args:
        means: Of each band of the source and the target, (2, bands).
        deviations: Likewise, standard deviations.
        moved: How far each band's values would have to be moved, in standard deviations
            of the source: the 1-Wasserstein distance, (bands,).
        of_bands: Proxy A-distance of the pixels' values, 0 (alike) to 2.
        of_features: Likewise of the encoder's features.
    """

    means: np.ndarray
    deviations: np.ndarray
    moved: np.ndarray
    of_bands: float
    of_features: float


def compare_looks(source: TileSamples, target: TileSamples) -> Looks:
    """Compare what two domains look like.

    Args:
        source: With bands and features.
        target: Likewise.

    Raises:
        ValueError: If they have other bands, or a domain has fewer than two tiles.
    """
    bands = [domain.of('bands').astype(np.float64) for domain in (source, target)]
    if bands[0].shape[1] != bands[1].shape[1]:
        raise ValueError(
            f'the source has {bands[0].shape[1]} bands, the target {bands[1].shape[1]}'
        )
    means, deviations = (
        np.stack([f(b, axis=0) for b in bands]) for f in (np.mean, np.std)
    )
    quantiles = [np.quantile(b, QUANTILES, axis=0) for b in bands]
    moved = np.abs(quantiles[0] - quantiles[1]).mean(0) / (deviations[0] + 1e-8)
    far = [
        proxy_distance(source.of(n), source.tiles, target.of(n), target.tiles)
        for n in ('bands', 'features')
    ]
    return Looks(means, deviations, moved, *far)
