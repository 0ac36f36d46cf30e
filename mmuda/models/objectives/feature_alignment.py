"""Domain-adversarial alignment of features (DANN), as the SemSim paper trains it."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import Objective
from mmuda.models.phased import Losses

SOURCE, TARGET = 0, 1


def domain_cross_entropy(logits: dict[str, Tensor], flipped: bool = False) -> Tensor:
    """Cross-entropy of a domain classifier, mean over locations of each domain.

    Args:
        logits: Scores of (source, target) at each location by domain name,
            shape (N, 2, h, w).
        flipped: Whether source is to be taken for target and vice versa.

    Returns:
        The mean over domains, a scalar.
    """
    losses = []
    for name, scores in logits.items():
        truth = int((TARGET if name == 'target' else SOURCE) != int(flipped))
        labels = scores.new_full(
            (len(scores), *scores.shape[2:]), truth, dtype=torch.long
        )
        losses.append(F.cross_entropy(scores, labels))
    return torch.stack(losses).mean()


@MODELS.register_module()
class FeatureAlignment(Objective):
    """Features from which no discriminator can tell the domain.

    The DANN-like training of Gritzner and Ostermann 2020, Sect. 5.2, after Ganin et
    al. 2016. Of its three steps in an iteration the first, segmentation of the
    source, is :class:`Supervision`; the others are:

    * ``critic``: with the encoder frozen, the discriminator learns to tell source
      from target at each location of the feature map, by cross-entropy.
    * ``align``: with the discriminator frozen, the encoder learns from flipped
      domain labels (source became target and vice versa), which imitates a
      gradient reversal layer.

    The encoder stands still between the two, so ``align`` back-propagates through
    the forward pass of ``critic``.

    Args:
        tap: The layer of the segmentor whose output is the feature space.
        discriminator: Config of a network from features (N, D, h, w) to the scores
            of source and target, (N, 2, h, w).
        loss_weight: Factor of the loss of ``align``. The paper has none: 1.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str,
        discriminator: dict,
        loss_weight: float = 1.0,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.taps = (tap,)
        self.discriminator = MODELS.build(discriminator)
        self.loss_weight = loss_weight

    def _classify(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        if len({of_domain.shape[1:] for of_domain in features.values()}) > 1:
            return {name: self.discriminator(f) for name, f in features.items()}
        # Both at once: statistics of each by itself would take the difference away.
        logits = self.discriminator(torch.cat(list(features.values())))
        sizes = [len(of_domain) for of_domain in features.values()]
        return dict(zip(features, logits.split(sizes), strict=True))

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart; the encoder stands still."""
        (features,) = domains.features(self.taps, graph_for='align').values()
        domains.state[self] = features
        logits = self._classify({name: f.detach() for name, f in features.items()})
        return {
            'loss_discriminator': domain_cross_entropy(logits),
            'discriminator_acc': domain_accuracy(logits),
        }

    def loss_align(self, domains: Domains) -> Losses:
        """The encoder is rewarded for the wrong answer of the discriminator."""
        logits = self._classify(domains.state.pop(self))
        loss = domain_cross_entropy(logits, flipped=True)
        return {'loss_confusion': self.loss_weight * loss}


def domain_accuracy(logits: dict[str, Tensor]) -> Tensor:
    """Share of locations, in percent, whose domain the scores tell rightly."""
    right = [
        (scores.argmax(1) == (TARGET if name == 'target' else SOURCE)).flatten()
        for name, scores in logits.items()
    ]
    return 100 * torch.cat(right).float().mean()
