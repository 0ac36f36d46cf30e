"""Predictions towards the nearest ones whose classes have the right sizes."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.size_constraint import SizeConstraint, is_present
from mmuda.models.validity import image_means, valid_mean, valid_share

STEP = 2.0  # the inverse of the largest curvature of the dual


@torch.no_grad()
def nearest_within(
    log_q: Tensor,
    least: Tensor,
    most: Tensor,
    weight: Tensor,
    slack: float = 10.0,
    steps: int = 100,
) -> Tensor:
    """The distribution P nearest to Q whose classes are as large as they may be.

    Pathak et al. 2015 (constrained CNN): P minimises KL(P || Q) under bounds of each
    class's share. It is ``P(c) ~ Q(c) exp(m_c)`` at every location; the multipliers m
    of an image maximise the dual, here by proximal gradient steps: a lower bound pulls
    where m > 0, an upper one where m < 0.

    Args:
        log_q: Log-probabilities (N, C, h, w).
        least: Lower bounds of the shares, (N, C).
        most: Upper bounds.
        weight: Of the locations, (N, 1, h, w), of sum 1 in each image.
        slack: Largest multiplier: bounds that contradict each other are violated at
            this price, their relaxation with slack variables.
        steps: Of the dual.

    Returns:
        Probabilities (N, C, h, w).
    """
    multipliers = torch.zeros_like(least)
    for _ in range(steps):
        p = (log_q + multipliers[..., None, None]).softmax(1)
        moved = multipliers - STEP * (weight * p).sum((2, 3))
        pull = (-moved / STEP).clamp(least, most)  # what just leads to 0, if it can
        multipliers = (moved + STEP * pull).clamp(-slack, slack)
    return (log_q + multipliers[..., None, None]).softmax(1)


@MODELS.register_module()
class ConstrainedSize(SizeConstraint):
    """Classes as large on the target as on the source, by constrained optimisation.

    The category-specific part of Hoffman et al. 2016 (FCNs in the wild), Sect. 3.3,
    with the optimisation that it takes from Pathak et al. 2015: the predictions P
    nearest to those of an image under the bounds are found first (see
    :func:`nearest_within`); then the network learns them, by KL(P || Q), the mean over
    valid locations of the classifier. Bounds and what counts as present are those of
    :class:`SizeConstraint`.

    Args:
        slack: See :func:`nearest_within`.
        **kwargs: Those of :class:`SizeConstraint`.
    """

    def __init__(self, slack: float = 10.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.slack = slack

    def penalty(self, domains: Domains) -> Tensor:
        """KL(P || Q)."""
        tap, valid = self.taps[0], domains['target'].valid
        log_q = domains.outputs('target', [tap])[tap].float().log_softmax(1)
        smallest, least, most = self.bounds()
        shares = image_means(log_q.detach().exp(), valid)
        present = is_present(shares, smallest)
        weight = valid_share(valid, log_q)
        if weight is None:
            weight = torch.ones_like(log_q[:, :1])
        weight = weight / weight.sum((2, 3), keepdim=True).clamp(min=1e-6)
        least, most = least.where(present, 0), most.where(present, 1)
        p = nearest_within(log_q, least, most, weight, self.slack)
        divergence = torch.xlogy(p, p) - p * log_q
        return valid_mean(divergence.sum(1, keepdim=True), valid)
