"""Domain-adversarial alignment of features (DANN), as the SemSim paper trains it."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.class_weights import class_weights_of, weights_of_labels
from mmuda.models.domains import Domains
from mmuda.models.objectives.base import Objective
from mmuda.models.phased import Losses
from mmuda.models.validity import valid_mean

SOURCE, TARGET = 0, 1
Masks = dict[str, Tensor | None]


def domain_cross_entropy(
    logits: dict[str, Tensor],
    valid: Masks | None = None,
    flipped: bool = False,
    weights: dict[str, Tensor] | None = None,
) -> Tensor:
    """Cross-entropy of a domain classifier.

    Args:
        logits: Scores of (source, target) at each location by domain name,
            shape (N, 2, h, w).
        valid: Mask of each domain's images, (N, 1, H, W), None where all is valid.
        flipped: Whether source is to be taken for target and vice versa.
        weights: Of the pixels of some domains, (N, 1, H, W): factors of their losses.

    Returns:
        A scalar: the mean over the valid locations of a domain, the mean over the
        sources, and of this and the target's the mean again. However many sources there
        are, they weigh as much as the target.
    """
    losses: dict[int, list[Tensor]] = {}
    for name, scores in logits.items():
        domain = _domain(name)
        answer = domain != int(flipped)
        labels = scores.new_full(
            (len(scores), *scores.shape[2:]), int(answer), dtype=torch.long
        )
        found = F.cross_entropy(scores, labels, reduction='none').unsqueeze(1)
        if name in (weights or {}):
            found = found * F.adaptive_avg_pool2d(weights[name], found.shape[2:])
        losses.setdefault(domain, []).append(valid_mean(found, (valid or {}).get(name)))
    return torch.stack([torch.stack(found).mean() for found in losses.values()]).mean()


def domain_accuracy(logits: dict[str, Tensor], valid: Masks | None = None) -> Tensor:
    """Share of valid locations, in percent, whose domain the scores tell rightly.

    Args:
        logits: As for :func:`domain_cross_entropy`.
        valid: Likewise.

    Returns:
        A scalar, the mean over the domains.
    """
    right = [
        valid_mean(
            (scores.argmax(1, keepdim=True) == _domain(name)).float(),
            (valid or {}).get(name),
        )
        for name, scores in logits.items()
    ]
    return 100 * torch.stack(right).mean()


def _domain(name: str) -> int:
    return TARGET if name == 'target' else SOURCE


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
        class_weights: Of locations of the source by their labels, such as the ratio of
            a class's shares in target and source (IWDAN, Tachet des Combes et al.
            2020): then equal features, not equal shares, are what is asked for. None
            weighs all locations alike.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str,
        discriminator: dict,
        loss_weight: float = 1.0,
        class_weights: Sequence[float] | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.taps = (tap,)
        self.discriminator_cfg = discriminator
        self.loss_weight = loss_weight
        self.class_weights = class_weights

    def attach(self, segmentor: nn.Module) -> None:
        """Build the discriminator of the tap's channels."""
        super().attach(segmentor)
        self.class_weights = class_weights_of(self.class_weights, self.num_classes)
        self.discriminator = self.build_discriminator(
            self.discriminator_cfg, self.taps[0]
        )

    def _classify(
        self, domains: Domains, names: Sequence[str] | None = None
    ) -> tuple[dict[str, Tensor], Masks]:
        """Scores of the discriminator, and masks; by default of all domains."""
        names = names or [*domains.sources, 'target']
        features = {
            name: domains.outputs(name, self.taps, phases=['align'])[self.taps[0]]
            for name in names
        }
        valid = {name: domains[name].valid for name in names}
        if len({of_domain.shape[1:] for of_domain in features.values()}) > 1:
            return {name: self.discriminator(f) for name, f in features.items()}, valid
        # All at once: statistics of each by itself would take the difference away.
        logits = self.discriminator(torch.cat(list(features.values())))
        sizes = [len(of_domain) for of_domain in features.values()]
        return dict(zip(names, logits.split(sizes), strict=True)), valid

    def _weights(self, domains: Domains) -> dict[str, Tensor]:
        """What the pixels of the sources weigh."""
        if self.class_weights is None:
            return {}
        return {
            name: weights_of_labels(domains[name], self.class_weights)
            for name in domains.sources
        }

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart; the encoder stands still."""
        logits, valid = self._classify(domains)
        return {
            'loss_discriminator': domain_cross_entropy(
                logits, valid, weights=self._weights(domains)
            ),
            'discriminator_acc': domain_accuracy(logits, valid),
        }

    def loss_align(self, domains: Domains) -> Losses:
        """The encoder is rewarded for the wrong answer of the discriminator."""
        logits, valid = self._classify(domains)
        weights = self._weights(domains)
        loss = domain_cross_entropy(logits, valid, flipped=True, weights=weights)
        return {'loss_confusion': self.loss_weight * loss}
