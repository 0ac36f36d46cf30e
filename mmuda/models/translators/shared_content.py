"""What UNIT, MUNIT and DRIT have in common: a content space of both domains."""

from collections.abc import Sequence

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.spatial_norm import patch_moments
from mmuda.models.losses.gan import GANLoss
from mmuda.models.losses.perceptual import check_bands
from mmuda.models.translators.base import Translator
from mmuda.models.translators.style import DOMAINS
from mmuda.models.validity import fill_invalid, valid_mean

OTHER = dict(zip(DOMAINS, reversed(DOMAINS), strict=True))


class SharedContentTranslator(Translator):
    """Encodes an image of one domain as content and decodes it as the other.

    Each domain has an encoder, a decoder and a multi-scale discriminator. A subclass
    makes ``self.encoders`` and ``self.decoders``.

    Args:
        phases: See :class:`~mmuda.models.phased.PhasedModel`.
        bands: Of the images of both domains.
        discriminator: Config of a discriminator whose result is a list of score maps.
        gan_loss: Of all discriminators.
        weights: Factors that differ from ``published_weights``.
        perceptual: Config of a ``PerceptualLoss``, needed where its weight is not 0.
        **kwargs: Those of :class:`Translator`.

    Attributes:
        published_weights: Factors of the losses as published.

    Raises:
        ValueError: If a weight is of no loss of this translator, or the perceptual
            loss has a weight but no network, or not three bands.
    """

    published_weights: dict[str, float]
    encoders: ModuleDict
    decoders: ModuleDict

    def __init__(
        self,
        phases: Sequence[dict],
        bands: int,
        discriminator: dict,
        gan_loss: GANLoss,
        weights: dict[str, float] | None = None,
        perceptual: dict | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(phases, **kwargs)
        unknown = set(weights or {}) - set(self.published_weights)
        if unknown:
            raise ValueError(
                f'{type(self).__name__} has no loss {sorted(unknown)}, only '
                f'{list(self.published_weights)}'
            )
        self.weights = {**self.published_weights, **(weights or {})}
        self.gan_loss = gan_loss
        self.discriminators = ModuleDict(
            {d: MODELS.build(dict(in_channels=bands, **discriminator)) for d in DOMAINS}
        )
        self.perceptual = None
        if self.weights.get('perceptual'):
            if perceptual is None:
                raise ValueError(
                    f'{type(self).__name__} has the perceptual loss with weight '
                    f'{self.weights["perceptual"]} but perceptual=None: give it a '
                    'PerceptualLoss, or weights=dict(perceptual=0)'
                )
            check_bands(bands)
            self.perceptual = MODELS.build(perceptual)

    def encode(self, images: Tensor, domain: str, valid: Tensor | None) -> Tensor:
        """Content of training images, normalised by the patch."""
        with patch_moments(valid):
            return self.encoders[domain](images)

    def decode(
        self, domain: str, valid: Tensor | None, *content_and_style: Tensor
    ) -> Tensor:
        """Training images of content, normalised by the patch; 0 where invalid."""
        with patch_moments(valid):
            images = self.decoders[domain](*content_and_style)
        return fill_invalid(images, valid)

    def told_apart(
        self,
        discriminator: nn.Module,
        real: tuple[Tensor, Tensor | None],
        fake: tuple[Tensor, Tensor | None],
    ) -> Tensor:
        """Loss of a discriminator: real called real and fake called fake.

        Args:
            discriminator: Gives a list of score maps.
            real: Images and their mask of valid pixels.
            fake: Likewise; no gradient goes there.
        """
        return self._scored(discriminator, *real, real=True) + self._scored(
            discriminator, fake[0].detach(), fake[1], real=False
        )

    def taken_for_real(
        self, discriminator: nn.Module, fake: Tensor, valid: Tensor | None
    ) -> Tensor:
        """Loss of a generator: its images are called real."""
        return self._scored(discriminator, fake, valid, real=True)

    def _scored(
        self, discriminator: nn.Module, images: Tensor, valid: Tensor | None, real: bool
    ) -> Tensor:
        scores = discriminator(images)
        return torch.stack([self.gan_loss(s, real, valid) for s in scores]).sum()

    def weighted(self, domain: str, **losses: Tensor) -> dict[str, Tensor]:
        """Losses of a domain times their weights, under the names of the log."""
        return {
            f'loss_{name}_{domain}': self.weights[name] * loss
            for name, loss in losses.items()
        }


def absolute(ours: Tensor, theirs: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean absolute difference of maps (N, C, h, w) over the valid part."""
    return valid_mean((ours - theirs).abs(), valid)


def normal_like(tensor: Tensor) -> Tensor:
    """Numbers of the standard normal distribution."""
    return torch.randn_like(tensor)


def images_of(batch: DomainBatch) -> tuple[Tensor, Tensor | None]:
    """Images of a domain and their mask of valid pixels."""
    return batch.inputs, batch.valid
