"""Adversarial alignment of what a segmentor predicts (AdaptSegNet, ADVENT)."""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.losses.gan import GAN_LOSSES
from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import SOURCE, TARGET
from mmuda.models.phased import Losses
from mmuda.models.predictions import (
    LOGITS_TAP,
    at_image_size,
    probabilities,
    self_information,
)

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
    at several levels has one instance a level.

    Args:
        discriminator: Config of a network from maps (N, C, H, W) to scores of any
            size, high for the target.
        tap: The classifier whose logits are aligned.
        representation: What the discriminator sees of the logits: ``'probabilities'``,
            or ``'entropy'`` for the weighted self-information of ADVENT.
        gan_loss: ``'vanilla'`` or ``'least_squares'``.
        loss_weight: Factor of the adversarial loss.
        sources: The sources to align the target with; all by default.
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
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.taps = (tap,)
        self.discriminator = MODELS.build(discriminator)
        self.represent = one_of(REPRESENTATIONS, representation, 'representation')
        self.gan_loss = one_of(GAN_LOSSES, gan_loss, 'gan_loss')
        self.loss_weight = loss_weight
        self.sources = sources

    def _map(self, domains: Domains, name: str, *, detached: bool = False) -> Tensor:
        (logits,) = domains.outputs(name, self.taps).values()
        logits = logits.detach() if detached else logits
        return self.represent(
            at_image_size(logits, domains[name].inputs, domains.segmentor)
        )

    def loss_segmentor(self, domains: Domains) -> Losses:
        """The segmentor is rewarded if the target passes for the source."""
        target = self._map(domains, 'target')
        loss = self.gan_loss(self.discriminator(target), SOURCE)
        domains.state[self] = (
            [
                self._map(domains, name, detached=True)
                for name in self.sources or domains.sources
            ],
            target.detach(),
        )
        return {'loss_adversarial': self.loss_weight * loss}

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart; the segmentor stands still."""
        sources, target = domains.state.pop(self)
        of_sources = [self.gan_loss(self.discriminator(s), SOURCE) for s in sources]
        of_target = self.gan_loss(self.discriminator(target), TARGET)
        return {
            'loss_discriminator_source': torch.stack(of_sources).mean() / 2,
            'loss_discriminator_target': of_target / 2,
        }


def one_of(table: dict, key: str, what: str) -> object:
    """The entry of ``key``.

    Raises:
        ValueError: If there is none.
    """
    if key not in table:
        raise ValueError(f'{what} must be one of {sorted(table)}, got {key!r}')
    return table[key]
