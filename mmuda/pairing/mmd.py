"""Maximum mean discrepancy of images, each a set of samples.

The SemSim paper computes the MMD "as described in (Vogt et al., 2018)", whose text
says no more in public than that it needs linear time. Kernel, bandwidth and estimators
are therefore our choice: a Gaussian kernel

    k(x, y) = exp(-|x - y|^2 / (2 sigma^2))

with sigma the median distance of samples; the unbiased estimator of Gretton et al.
2012 (JMLR 13, Eq. 3) in quadratic time; and the same on random Fourier features
(Rahimi and Recht 2007) in linear time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

BLOCK = 512  # sets compared at a time


def median_distance(samples: Tensor) -> float:
    """Sigma by the median heuristic: the median distance of all pairs of samples.

    Args:
        samples: (n, D); a few thousand do.

    Returns:
        A positive number; 1 if all samples are equal.
    """
    distances = torch.pdist(samples.double())
    positive = distances[distances > 0]
    return float(positive.median()) if len(positive) else 1.0


def squared_mmd(first: Tensor, second: Tensor, sigma: float) -> float:
    """Unbiased estimate of MMD^2 (Gretton et al. 2012, Eq. 3); may be negative.

    Args:
        first: Samples (m, D), at least two.
        second: Samples (n, D), at least two.
        sigma: Bandwidth of the kernel.
    """
    (estimate,) = squared_mmd_to_all(first, [second], sigma)
    return float(estimate)


def squared_mmd_to_all(
    one: Tensor, others: Sequence[Tensor], sigma: float, within: Tensor | None = None
) -> Tensor:
    """:func:`squared_mmd` of one set and many.

    Args:
        one: Samples (m, D), at least two.
        others: Samples of each of the others, (n, D), at least two.
        sigma: Bandwidth of the kernel.
        within: :func:`self_similarity` of each of the others, (M,); computed if None.

    Returns:
        An estimate for each of the others, (M,).
    """
    if within is None:
        within = torch.stack([self_similarity(other, sigma) for other in others])
    cross = []
    for start in range(0, len(others), BLOCK):
        some = others[start : start + BLOCK]
        kernel = _kernel(one, torch.cat(list(some)), sigma).mean(dim=0)
        cross += [part.mean() for part in kernel.split([len(s) for s in some])]
    return self_similarity(one, sigma) + within - 2 * torch.stack(cross)


def self_similarity(samples: Tensor, sigma: float) -> Tensor:
    """Mean kernel value over pairs of different samples of a set (n, D), n >= 2."""
    n = len(samples)
    kernel = _kernel(samples, samples, sigma)
    return (kernel.sum() - kernel.trace()) / (n * (n - 1))


def _kernel(first: Tensor, second: Tensor, sigma: float) -> Tensor:
    return torch.exp(torch.cdist(first, second).square() / (-2 * sigma**2))


@dataclass(frozen=True)
class RandomFeatures:
    """Features phi with E[phi(x) . phi(y)] = k(x, y) (Rahimi and Recht 2007).

    Args:
        frequencies: Drawn from the normal distribution N(0, 1 / sigma^2), (D, F).
    """

    frequencies: Tensor

    @classmethod
    def random(
        cls, num_dimensions: int, num_features: int, sigma: float, seed: int
    ) -> 'RandomFeatures':
        """Frequencies for a bandwidth."""
        generator = torch.Generator().manual_seed(seed)
        numbers = torch.randn(num_dimensions, num_features, generator=generator)
        return cls(numbers / sigma)

    def __call__(self, samples: Tensor) -> Tensor:
        """Phi of samples (n, D): cosines and sines, (n, 2 F), each of norm 1."""
        angles = samples @ self.frequencies
        scale = 1 / math.sqrt(self.frequencies.shape[1])
        return torch.cat([angles.cos(), angles.sin()], dim=1) * scale

    def embed(self, samples: Tensor) -> tuple[np.ndarray, float]:
        """What the linear-time MMD needs of a set of samples (n, D), n >= 2.

        Returns:
            The mean of phi, float64 (2 F), and the mean of phi(x) . phi(y) over
            pairs of different samples.
        """
        mean = self(samples).double().mean(dim=0)
        n = len(samples)
        # |sum of phi|^2 holds each pair twice and each sample, of norm 1, once.
        return mean.numpy(), float((n * mean.square().sum() - 1) / (n - 1))


def embedded_mmd(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Linear-time MMD^2 of all pairs of sets.

    Args:
        first: Means (N, 2 F) and self-similarities (N,) of :class:`RandomFeatures`.
        second: Likewise of M sets.

    Returns:
        Unbiased estimates of MMD^2, (N, M).
    """
    (means, own), (other_means, other_own) = first, second
    return own[:, None] + other_own - 2 * means @ other_means.T


def lowest(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k lowest of each row, the lower index first among equals.

    Returns:
        Indices (N, k) and values (N, k).
    """
    indices = np.argsort(values, axis=1, kind='stable')[:, :k]
    return indices, np.take_along_axis(values, indices, axis=1)
