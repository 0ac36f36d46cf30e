"""Features of equal distribution, by the maximum mean discrepancy (DAN)."""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.validity import valid_share

FACTORS = tuple(2.0**k for k in range(-8, 9))


def rbf_mixture(squares: Tensor, bandwidth: Tensor, factors: Sequence[float]) -> Tensor:
    """Mean of Gaussian kernels ``exp(-d^2 / (factor * bandwidth))``.

    Args:
        squares: Squared distances, any shape.
        bandwidth: Of the middle kernel, a scalar.
        factors: One per kernel.
    """
    kernels = [torch.exp(-squares / (factor * bandwidth)) for factor in factors]
    return torch.stack(kernels).mean(0)


def quadratic_mmd(source: Tensor, target: Tensor, factors: Sequence[float]) -> Tensor:
    """Unbiased squared MMD of two samples, from all pairs.

    Gretton et al. 2012, Eq. 3. The bandwidth is the mean squared distance of all pairs
    of different points, without gradient.

    Args:
        source: Features (n, D).
        target: Features (m, D).
        factors: See :func:`rbf_mixture`.
    """
    n, m = len(source), len(target)
    points = torch.cat([source, target])
    squares = torch.cdist(points, points).square()
    bandwidth = squares.detach().sum() / ((n + m) * (n + m - 1))
    kernel = rbf_mixture(squares, bandwidth, factors)
    off_diagonal = kernel - torch.diag(kernel.diagonal())
    within_source = off_diagonal[:n, :n].sum() / (n * (n - 1))
    within_target = off_diagonal[n:, n:].sum() / (m * (m - 1))
    return within_source + within_target - 2 * kernel[:n, n:].mean()


def linear_mmd(source: Tensor, target: Tensor, factors: Sequence[float]) -> Tensor:
    """Unbiased squared MMD of two samples, from quadruples, in linear time.

    Long et al. 2015 (DAN), Eq. 4 and 5, after Gretton et al. 2012. The bandwidth is
    the mean squared distance of the pairs that the estimate looks at, without
    gradient.

    Args:
        source: Features (n, D), n even.
        target: Features (n, D).
        factors: See :func:`rbf_mixture`.
    """
    s1, s2, t1, t2 = source[0::2], source[1::2], target[0::2], target[1::2]
    pairs = ((s1, s2), (t1, t2), (s1, t2), (s2, t1))
    squares = torch.stack([(a - b).square().sum(1) for a, b in pairs])  # (4, n / 2)
    kernel = rbf_mixture(squares, squares.detach().mean(), factors)
    return (kernel[0] + kernel[1] - kernel[2] - kernel[3]).mean()


ESTIMATES = {'quadratic': quadratic_mmd, 'linear': linear_mmd}


@MODELS.register_module()
class MMDAlignment(PhaseObjective):
    """Feature vectors of source and target locations, alike in distribution.

    Long et al. 2015 (DAN), Sect. 3: the squared maximum mean discrepancy with a
    mixture of Gaussian kernels, their bandwidths 2^-8 to 2^8 times the mean squared
    distance. (DAN learns the weights of the kernels; here they are equal, as in most
    of its successors.) Locations are picked anew in each iteration.

    Args:
        tap: The layer whose output is the feature space.
        estimate: ``'quadratic'`` or ``'linear'`` in the number of locations.
        num_locations: Picked of each domain; even.
        factors: Bandwidths of the kernels over the mean squared distance.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.

    Raises:
        ValueError: If ``estimate`` is unknown or ``num_locations`` is odd.
    """

    def __init__(
        self,
        tap: str,
        estimate: str = 'quadratic',
        num_locations: int = 512,
        factors: Sequence[float] = FACTORS,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        if estimate not in ESTIMATES:
            raise ValueError(
                f'estimate must be one of {sorted(ESTIMATES)}, got {estimate!r}'
            )
        if num_locations % 2 or num_locations < 2:
            raise ValueError(f'num_locations must be even, got {num_locations}')
        self.taps = (tap,)
        self.mmd = ESTIMATES[estimate]
        self.num_locations = num_locations
        self.factors = tuple(factors)
        self.loss_weight = loss_weight

    def _pick(self, domains: Domains, name: str) -> Tensor:
        """Feature vectors at random valid locations, (num_locations, D)."""
        (features,) = domains.outputs(name, self.taps).values()
        vectors = features.movedim(1, -1).flatten(0, -2)
        share = valid_share(domains[name].valid, features)
        if share is not None and share.any():
            vectors = vectors[share.flatten() > 0]
        picked = torch.randint(len(vectors), (self.num_locations,))
        return vectors[picked.to(vectors.device)].float()

    def losses(self, domains: Domains) -> Losses:
        """Each source is to be like the target; their losses are averaged."""
        target = self._pick(domains, 'target')
        found = [
            self.mmd(self._pick(domains, name), target, self.factors)
            for name in domains.sources
        ]
        return {'loss_mmd': self.loss_weight * torch.stack(found).mean()}
