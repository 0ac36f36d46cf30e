"""Normalisation over space: of the patch in training, of the domain afterwards.

Translators normalise features by their mean and variance over an image. In training
that image is a patch, as in the papers. If translation did the same, every tile of a
scene would be normalised differently, with seams between them; so there the moments
are those of the whole domain. They are estimated from many patches, stand in buffers,
and make a translated pixel depend on nothing but its neighbourhood.

Which moments are used is said by the ``with`` statement around a forward pass::

    with patch_moments(valid): ...              # training; the default
    with estimating(route, valid): ...          # estimation
    with domain_moments(route): ...             # translation

A route is a pair (source, target) of domain names: a layer that several directions
share meets different features in each, and keeps the moments of each.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from mmuda.models.validity import valid_share

Route = tuple[str, str]
ROUTES: tuple[Route, ...] = (
    ('source', 'target'),
    ('target', 'source'),
    ('source', 'source'),
    ('target', 'target'),
)


@dataclass(frozen=True)
class _Pass:
    """What a forward pass is for.

    Args:
        valid: Mask (N, 1, H, W) of the valid pixels of its images, None if all are.
        route: Direction of the translation, None in training.
        estimates: Whether the moments of ``route`` are to be estimated, not used.
    """

    valid: Tensor | None = None
    route: Route | None = None
    estimates: bool = False


_TRAINING = _Pass()
_current: ContextVar[_Pass] = ContextVar('_current', default=_TRAINING)


@contextmanager
def _passing(what: _Pass) -> Iterator[None]:
    token = _current.set(what)
    try:
        yield
    finally:
        _current.reset(token)


def patch_moments(valid: Tensor | None = None) -> Iterator[None]:
    """Within it, each image is normalised by its own valid part."""
    return _passing(_Pass(valid))


def domain_moments(route: Route) -> Iterator[None]:
    """Within it, features are normalised by the moments of their domain."""
    return _passing(_Pass(route=route))


def estimating(route: Route, valid: Tensor | None = None) -> Iterator[None]:
    """Within it, a mini-batch is normalised as one image, and its moments are kept."""
    return _passing(_Pass(valid, route, estimates=True))


def moments(
    features: Tensor, valid: Tensor | None, over: tuple[int, ...]
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, biased variance and number of values of the valid part of ``features``.

    Args:
        features: Shape (N, C, h, w).
        valid: Mask of the images, None if all pixels are valid.
        over: Dimensions that are averaged over; they stay with size 1.

    Returns:
        Three tensors. Where nothing is valid: mean 0, variance 1, number 0.
    """
    weight = valid_share(valid, features)
    if weight is None:
        variance, mean = torch.var_mean(features, over, correction=0, keepdim=True)
        return mean, variance, torch.full_like(mean, features.numel() / mean.numel())
    weight = weight.expand_as(features)
    number = weight.sum(over, keepdim=True)
    divisor = number.clamp(min=1e-6)
    mean = (weight * features).sum(over, keepdim=True) / divisor
    variance = (weight * (features - mean) ** 2).sum(over, keepdim=True) / divisor
    return mean, torch.where(number > 0, variance, torch.ones_like(variance)), number


class SpatialNorm(nn.Module):
    """Base of the layers that normalise over space.

    Args:
        num_features: Channels C of the features (N, C, h, w).
        num_moments: Means (and variances) that an image has.
        eps: Added to the variance.
        affine: Whether channels have a learned scale and shift.
        keeps_moments: Whether it keeps those of domains; not so in a network that is
            used in training alone.
    """

    over: tuple[int, ...]  # the dimensions that one mean is taken over, of an image

    def __init__(
        self,
        num_features: int,
        num_moments: int,
        eps: float,
        affine: bool,
        keeps_moments: bool = True,
    ) -> None:
        super().__init__()
        self.keeps_moments = keeps_moments
        self.num_features = num_features
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if not keeps_moments:
            return
        # Of each route: moments, and from how many values they were estimated.
        shape = len(ROUTES), num_moments
        self.register_buffer('domain_mean', torch.zeros(shape))
        self.register_buffer('domain_var', torch.ones(shape))
        self.register_buffer('domain_number', torch.zeros(shape, dtype=torch.double))

    def forget(self, route: Route) -> None:
        """Before the moments of a route are estimated anew."""
        at = ROUTES.index(route)
        self.domain_mean[at] = 0
        self.domain_var[at] = 1
        self.domain_number[at] = 0

    def normalise(self, features: Tensor) -> Tensor:
        """Features of mean 0 and variance 1, then scaled and shifted if learned."""
        current = _current.get()
        if current.route is None:
            return self._by_patch(features, current.valid)
        if current.estimates:
            mean, variance = self._learn(features, current)
        else:
            at = ROUTES.index(current.route)
            mean, variance = self.domain_mean[at], self.domain_var[at]
        mean, variance = (x.expand(self.num_features) for x in (mean, variance))
        return F.batch_norm(
            features, mean, variance, self.weight, self.bias, eps=self.eps
        )

    def _by_patch(self, features: Tensor, valid: Tensor | None) -> Tensor:
        if valid is None:
            return self._fused(features)
        mean, variance, _ = moments(features, valid, self.over)
        normal = (features - mean) * (variance + self.eps).rsqrt()
        if self.weight is None:
            return normal
        return normal * self.weight[:, None, None] + self.bias[:, None, None]

    @abstractmethod
    def _fused(self, features: Tensor) -> Tensor:
        """PyTorch's own kernel, where all pixels are valid."""

    @torch.no_grad()
    def _learn(self, features: Tensor, current: _Pass) -> tuple[Tensor, Tensor]:
        """Moments of a mini-batch, which also go into the domain's (Chan et al.)."""
        mean, variance, number = (
            x.flatten() for x in moments(features, current.valid, (0, *self.over))
        )
        at = ROUTES.index(current.route)
        before = self.domain_number[at].clone()
        self.domain_number[at] += number
        share = (number / self.domain_number[at].clamp(min=1e-6)).to(mean.dtype)
        apart = mean - self.domain_mean[at]
        # Of the first mini-batch, the variance of nothing has no share.
        known = torch.where(before > 0, self.domain_var[at], 0)
        spread = share * (1 - share) * apart**2
        self.domain_var[at] = known + share * (variance - known) + spread
        self.domain_mean[at] += share * apart
        return mean, variance


class InstanceNorm(SpatialNorm):
    """Instance normalisation (Ulyanov et al. 2016).

    In training it equals ``torch.nn.InstanceNorm2d`` where all pixels are valid.
    """

    over = (2, 3)

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        affine: bool = False,
        keeps_moments: bool = True,
    ) -> None:
        super().__init__(num_features, num_features, eps, affine, keeps_moments)

    def forward(self, features: Tensor) -> Tensor:
        """Normalise features (N, C, h, w)."""
        return self.normalise(features)

    def _fused(self, features: Tensor) -> Tensor:
        return F.instance_norm(
            features, weight=self.weight, bias=self.bias, eps=self.eps
        )


class AdaptiveInstanceNorm(InstanceNorm):
    """AdaIN (Huang and Belongie 2017): moments of the content give way to a style's.

    AdaIN(x, style) = std_style (x - mean(x)) / std(x) + mean_style.
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__(num_features, eps)

    def forward(self, content: Tensor, mean: Tensor, std: Tensor) -> Tensor:
        """Give content (N, C, h, w) the mean and the standard deviation of a style.

        Args:
            content: Features.
            mean: Of the style, one per channel, shape (N, C) or (C,).
            std: Likewise.
        """
        return self.normalise(content) * std[..., None, None] + mean[..., None, None]

    def style(
        self, features: Tensor, valid: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each channel, shape (N, C) each."""
        mean, variance, _ = moments(features, valid, self.over)
        return mean[..., 0, 0], (variance + self.eps).sqrt()[..., 0, 0]


class LayerNorm(SpatialNorm):
    """Normalisation over channels and space (Ba et al. 2016), scaled by channel."""

    over = (1, 2, 3)

    def __init__(
        self, num_features: int, eps: float = 1e-5, affine: bool = True
    ) -> None:
        super().__init__(num_features, 1, eps, affine)

    def forward(self, features: Tensor) -> Tensor:
        """Normalise features (N, C, h, w)."""
        return self.normalise(features)

    def _fused(self, features: Tensor) -> Tensor:
        return F.group_norm(features, 1, self.weight, self.bias, self.eps)
