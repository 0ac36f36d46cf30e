"""Styles of which no discriminator can tell the domain (category-adaptive)."""

from collections.abc import Sequence

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.losses.gan import GAN_LOSSES
from mmuda.models.objectives.base import Objective
from mmuda.models.objectives.feature_alignment import SOURCE, TARGET
from mmuda.models.objectives.output_alignment import entry
from mmuda.models.phased import Losses
from mmuda.models.validity import image_means


@MODELS.register_module()
class StyleGapBridging(Objective):
    """The style gap bridging mechanism of Wang et al. 2021, Sect. 2.1.

    The style of an image is the mean of each channel after the first stages of the
    encoder (global average pooling, over valid pixels); each stage has its own
    discriminator. In an iteration:

    * ``segmentor``: with the discriminators fixed, the encoder learns to make styles of
      the target pass for styles of the source.
    * ``critic``: the discriminators learn to tell the styles of that same forward pass,
      detached; source and target count one half each.

    :class:`~mmuda.models.objectives.StyleAlignment` is what Table 3 compares it with.

    Args:
        discriminator: Config of a network from style vectors (N, D) to scores of any
            number, high for the target.
        taps: Stages of the encoder.
        gan_loss: ``'vanilla'`` or ``'least_squares'``.
        loss_weight: Factor of the adversarial loss, lambda_style of Eq. 5.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``gan_loss`` is unknown.
    """

    def __init__(
        self,
        discriminator: dict,
        taps: Sequence[str] = ('backbone.layer1', 'backbone.layer2'),
        gan_loss: str = 'vanilla',
        loss_weight: float = 0.001,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.taps = tuple(taps)
        self.gan_loss = entry(GAN_LOSSES, gan_loss, 'gan_loss')
        self.loss_weight = loss_weight
        self.discriminator = ModuleDict(
            {str(n): MODELS.build(dict(discriminator)) for n in range(len(self.taps))}
        )

    def _judge(
        self, domains: Domains, name: str, truth: int, as_of: str | None = None
    ) -> Tensor:
        """How far the discriminators are from taking a domain for ``truth``."""
        features = domains.outputs(name, self.taps, as_of=as_of)
        valid = domains[name].valid
        seen = slice(None) if valid is None else valid.flatten(1).any(1)
        losses = []
        for tap, discriminator in zip(
            self.taps, self.discriminator.values(), strict=True
        ):
            styles = image_means(features[tap], valid)[seen]
            scores = discriminator(styles).flatten()[:, None, None, None]
            losses.append(self.gan_loss(scores, truth) if len(scores) else scores.sum())
        return torch.stack(losses).sum()

    def loss_segmentor(self, domains: Domains) -> Losses:
        """The encoder is rewarded if the target's style passes for the source's."""
        loss = self._judge(domains, 'target', SOURCE)
        return {'loss_adversarial': self.loss_weight * loss}

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminators tell the styles apart; the segmentor stands still."""
        then = dict(as_of='segmentor')
        of_sources = [
            self._judge(domains, name, SOURCE, **then) for name in domains.sources
        ]
        of_target = self._judge(domains, 'target', TARGET, **then)
        return {
            'loss_discriminator_source': torch.stack(of_sources).mean() / 2,
            'loss_discriminator_target': of_target / 2,
        }
