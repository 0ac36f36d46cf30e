"""Category-level adversaries (CLAN): pressure where two classifiers disagree."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.logging import MessageHub
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import SOURCE, TARGET
from mmuda.models.phased import Losses
from mmuda.models.predictions import probabilities
from mmuda.models.validity import valid_mean


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """Cosine distance of two predictions at each pixel, in [0, 1].

    Args:
        first: Probabilities of one classifier, (N, C, H, W).
        second: Those of the other.

    Returns:
        Shape (N, 1, H, W).
    """
    return 1 - F.cosine_similarity(first, second, dim=1).unsqueeze(1)


def weighted_vanilla(
    scores: Tensor,
    truth: float,
    weights: Tensor | None = None,
    valid: Tensor | None = None,
) -> Tensor:
    """Binary cross-entropy, each pixel with its weight, mean over valid pixels.

    Args:
        scores: What the discriminator says, (N, 1, H, W).
        truth: The answer that it is to give, 0 or 1.
        weights: Of each pixel, (N, 1, H, W); None for 1.
        valid: Mask of the pixels, likewise; None if all are valid.
    """
    answers = torch.full_like(scores, truth)
    loss = F.binary_cross_entropy_with_logits(scores, answers, reduction='none')
    return valid_mean(loss if weights is None else weights * loss, valid)


def weight_similarity(first: nn.Module, second: nn.Module) -> Tensor:
    """Cosine similarity of all weights of two classifiers, plus 1: in [0, 2]."""
    one, other = (
        torch.cat([p.flatten() for p in m.parameters()]) for m in (first, second)
    )
    return F.cosine_similarity(one, other, dim=0) + 1


def iteration() -> int:
    """Iterations that have passed."""
    return MessageHub.get_current_instance().get_info('iter', 0)


@MODELS.register_module()
class CategoryWeighted(Objective):
    """Output alignment, strongest where two classifiers disagree on the target.

    Luo et al. 2019 (CLAN), Sect. 3.3: categories that are aligned already, on which
    the two classifiers agree, are left alone. In an iteration:

    * ``segmentor``: the sum of both predictions on the target is to pass for one of
      the source, each pixel weighted by the classifiers' disagreement (Eq. 5); and
      the weights of the two classifiers are pushed apart (Eq. 6). (The task is
      learned by ``Supervision``.)
    * ``critic``: the discriminator tells the sums of the same forward pass, detached,
      those of the target with the same weights.

    As in the authors' code both losses of the segmentor fade out linearly, and pixels
    are weighted after a warm-up only.

    Args:
        discriminator: Config of a network from maps (N, C, H, W) to scores
            (N, 1, h, w), resized to the maps.
        taps: The two classifiers.
        loss_weight: Factor of the adversarial loss.
        discrepancy_weight: Factor of the similarity of the weights.
        floor: Weight of a pixel on which the classifiers agree (epsilon).
        scale: What disagreement adds to it (lambda_local).
        warm_up: The last iteration without weighting, counted from 0.
        duration: Iterations until both losses have faded out.
    """

    def __init__(
        self,
        discriminator: dict,
        taps: tuple[str, str],
        loss_weight: float = 0.001,
        discrepancy_weight: float = 0.02,
        floor: float = 0.4,
        scale: float = 40.0,
        warm_up: int = 5000,
        duration: int = 100000,
    ) -> None:
        super().__init__()
        self.taps = tuple(taps)
        self.discriminator_cfg = discriminator
        self.loss_weight = loss_weight
        self.discrepancy_weight = discrepancy_weight
        self.floor = floor
        self.scale = scale
        self.warm_up = warm_up
        self.duration = duration

    def attach(self, segmentor: nn.Module) -> None:
        """Build the discriminator of the classifiers' channels."""
        super().attach(segmentor)
        self.discriminator = self.build_discriminator(
            self.discriminator_cfg, self.taps[0]
        )

    def _resized(self, logits: Sequence[Tensor], size: torch.Size) -> list[Tensor]:
        corners = self.segmentor.align_corners
        return [
            resize(x, size=size, mode='bilinear', align_corners=corners) for x in logits
        ]

    def _map(self, first: Tensor, second: Tensor, size: torch.Size) -> Tensor:
        """What both classifiers predict together, at the size of the images."""
        return probabilities(sum(self._resized((first, second), size)))

    def _map_and_weights(
        self, first: Tensor, second: Tensor, size: torch.Size
    ) -> tuple[Tensor, Tensor]:
        """The same, and what a pixel weighs by the classifiers' disagreement."""
        first, second = self._resized((first, second), size)
        apart = disagreement(probabilities(first), probabilities(second))
        return probabilities(first + second), self.floor + self.scale * apart

    def _judge(
        self, domains: Domains, name: str, truth: float, as_of: str | None = None
    ) -> Tensor:
        """How far the discriminator is from taking a domain for ``truth``."""
        logits = domains.outputs(name, self.taps, as_of=as_of).values()
        size = domains[name].inputs.shape[2:]
        weights = None
        if name == 'target' and iteration() > self.warm_up:
            maps, weights = domains.through(
                self._map_and_weights, *logits, size, as_of=as_of
            )
        else:
            maps = domains.through(self._map, *logits, size, as_of=as_of)
        (scores,) = self._resized([self.discriminator(maps)], size)
        return weighted_vanilla(scores, truth, weights, domains[name].valid)

    def loss_segmentor(self, domains: Domains) -> Losses:
        """The target is to pass for the source where the classifiers disagree."""
        loss = self._judge(domains, 'target', SOURCE)
        fading = 1 - min(iteration() / self.duration, 1.0)
        similarity = weight_similarity(*map(self.segmentor.get_submodule, self.taps))
        return {
            'loss_adversarial': fading * self.loss_weight * loss,
            'loss_discrepancy': fading * self.discrepancy_weight * similarity,
        }

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart, with the same weights."""
        then = dict(as_of='segmentor')
        of_sources = [
            self._judge(domains, name, SOURCE, **then) for name in domains.sources
        ]
        return {
            'loss_discriminator_source': torch.stack(of_sources).mean(),
            'loss_discriminator_target': self._judge(domains, 'target', TARGET, **then),
        }
