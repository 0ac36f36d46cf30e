"""Category-level adversaries (CLAN): pressure where two classifiers disagree."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.logging import MessageHub
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.losses.gan import GAN_LOSSES
from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import SOURCE, TARGET
from mmuda.models.phased import Losses
from mmuda.models.predictions import image_logits, probabilities


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
    scores: Tensor, truth: float, weights: Tensor, floor: float, scale: float
) -> Tensor:
    """Binary cross-entropy, each pixel weighted by ``floor + scale * weights``.

    Args:
        scores: What the discriminator says, (N, 1, H, W).
        truth: The answer that it is to give, 0 or 1.
        weights: Of each pixel, (N, 1, H, W).
        floor: The paper's epsilon.
        scale: The paper's lambda_local.
    """
    answers = torch.full_like(scores, truth)
    loss = F.binary_cross_entropy_with_logits(scores, answers, reduction='none')
    return ((floor + scale * weights) * loss).mean()


def weight_similarity(first: nn.Module, second: nn.Module) -> Tensor:
    """Cosine similarity of all weights of two classifiers, plus 1: in [0, 2]."""
    one, other = (
        torch.cat([p.flatten() for p in m.parameters()]) for m in (first, second)
    )
    return F.cosine_similarity(one, other, dim=0) + 1


def progress(length: int) -> float:
    """Share of ``length`` iterations that have passed, at most 1."""
    iteration = MessageHub.get_current_instance().get_info('iter', 0)
    return min(iteration / length, 1.0)


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
        warm_up: Iterations without weighting.
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
        self.discriminator = MODELS.build(discriminator)
        self.loss_weight = loss_weight
        self.discrepancy_weight = discrepancy_weight
        self.floor = floor
        self.scale = scale
        self.warm_up = warm_up
        self.duration = duration

    def _judge(self, maps: Tensor, truth: float, weights: Tensor | None) -> Tensor:
        scores = self.discriminator(maps)
        scores = resize(
            scores, size=maps.shape[2:], mode='bilinear', align_corners=False
        )
        if weights is None:
            return GAN_LOSSES['vanilla'](scores, truth)
        return weighted_vanilla(scores, truth, weights, self.floor, self.scale)

    def loss_segmentor(self, domains: Domains) -> Losses:
        """The target is to pass for the source where the classifiers disagree."""
        logits = [image_logits(domains, 'target', tap) for tap in self.taps]
        target = probabilities(logits[0] + logits[1])
        weights = None
        if progress(self.warm_up) >= 1:
            weights = disagreement(*map(probabilities, logits))
        loss = self._judge(target, SOURCE, weights)
        classifiers = map(domains.segmentor.get_submodule, self.taps)
        domains.state[self] = (
            [self._source_map(domains, name) for name in domains.sources],
            target.detach(),
            None if weights is None else weights.detach(),
        )
        fading = 1 - progress(self.duration)
        similarity = weight_similarity(*classifiers)
        return {
            'loss_adversarial': fading * self.loss_weight * loss,
            'loss_discrepancy': fading * self.discrepancy_weight * similarity,
        }

    def _source_map(self, domains: Domains, name: str) -> Tensor:
        with torch.no_grad():
            first, second = (image_logits(domains, name, tap) for tap in self.taps)
            return probabilities(first + second)

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart, with the same weights."""
        sources, target, weights = domains.state.pop(self)
        of_sources = [self._judge(source, SOURCE, None) for source in sources]
        return {
            'loss_discriminator_source': torch.stack(of_sources).mean(),
            'loss_discriminator_target': self._judge(target, TARGET, weights),
        }
