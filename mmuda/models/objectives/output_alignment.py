"""Adversarial alignment of what a segmentor predicts (AdaptSegNet, ADVENT)."""

from collections.abc import Sequence

import torch
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.class_weights import class_weights_of, weights_of_labels
from mmuda.models.domains import Domains
from mmuda.models.losses.gan import GAN_LOSSES
from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import SOURCE, TARGET
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, probabilities, self_information

REPRESENTATIONS = {'probabilities': probabilities, 'entropy': self_information}


@MODELS.register_module()
class OutputAlignment(Objective):
    """Predictions of which no discriminator can tell the domain.

    Tsai et al. 2018 (AdaptSegNet), Sect. 3; Vu et al. 2019 (ADVENT), Sect. 3.2; for
    each branch of Russo et al. 2019 (Eq. 2 and 3). In an iteration:

    * ``segmentor``: with the discriminator fixed, the segmentor learns to make maps
      of the target pass for maps of the source (and the task, by ``Supervision``).
    * ``critic``: the discriminator learns to tell the maps of that same forward pass,
      detached; the loss of the source and that of the target count one half each.

    One instance aligns one classifier with one discriminator; a method that adapts
    at several levels has one instance per level.

    Args:
        discriminator: Config of a network from maps (N, C, H, W) to scores of any
            size, high for the target.
        tap: The classifier whose logits are aligned.
        representation: What the discriminator sees of the logits: ``'probabilities'``,
            or ``'entropy'`` for the weighted self-information of ADVENT.
        gan_loss: ``'vanilla'`` or ``'least_squares'``.
        loss_weight: Factor of the adversarial loss.
        sources: The sources to align the target with; all by default.
        class_weights: Of source pixels by their labels, for the discriminator; see
            :class:`~mmuda.models.objectives.feature_alignment.FeatureAlignment`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``representation`` or ``gan_loss`` is unknown.
    """

    def __init__(
        self,
        discriminator: dict,
        tap: str = LOGITS_TAP,
        representation: str = 'probabilities',
        gan_loss: str = 'vanilla',
        loss_weight: float = 0.001,
        sources: Sequence[str] | None = None,
        class_weights: Sequence[float] | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.taps = (tap,)
        self.discriminator_cfg = discriminator
        self.represent = entry(REPRESENTATIONS, representation, 'representation')
        self.gan_loss = entry(GAN_LOSSES, gan_loss, 'gan_loss')
        self.loss_weight = loss_weight
        self.sources = sources
        self.class_weights = class_weights

    def attach(self, segmentor: nn.Module) -> None:
        """Build the discriminator of the classifier's channels."""
        super().attach(segmentor)
        self.class_weights = class_weights_of(self.class_weights, self.num_classes)
        self.discriminator = self.build_discriminator(
            self.discriminator_cfg, self.taps[0]
        )

    def _map(self, logits: Tensor, size: torch.Size) -> Tensor:
        """What the discriminator sees of logits, at the size of the images."""
        corners = self.segmentor.align_corners
        return self.represent(
            resize(logits, size=size, mode='bilinear', align_corners=corners)
        )

    def _judge(
        self, domains: Domains, name: str, truth: int, as_of: str | None = None
    ) -> Tensor:
        """How far the discriminator is from taking a domain for ``truth``."""
        (logits,) = domains.outputs(name, self.taps, as_of=as_of).values()
        size = domains[name].inputs.shape[2:]
        seen = domains.through(self._map, logits, size, as_of=as_of)
        weights = None
        if name != 'target' and self.class_weights is not None:
            weights = weights_of_labels(domains[name], self.class_weights)
        scores = self.discriminator(seen)
        return self.gan_loss(scores, truth, domains[name].valid, weights)

    def loss_segmentor(self, domains: Domains) -> Losses:
        """The segmentor is rewarded if the target passes for the source."""
        loss = self._judge(domains, 'target', SOURCE)
        return {'loss_adversarial': self.loss_weight * loss}

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart; the segmentor stands still."""
        then = dict(as_of='segmentor')
        of_sources = [
            self._judge(domains, name, SOURCE, **then)
            for name in self.sources or domains.sources
        ]
        of_target = self._judge(domains, 'target', TARGET, **then)
        return {
            'loss_discriminator_source': torch.stack(of_sources).mean() / 2,
            'loss_discriminator_target': of_target / 2,
        }


def entry(table: dict, key: str, what: str) -> object:
    """The entry of ``key``.

    Raises:
        ValueError: If there is none.
    """
    if key not in table:
        raise ValueError(f'{what} must be one of {sorted(table)}, got {key!r}')
    return table[key]
