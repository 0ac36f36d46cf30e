"""MUNIT: content and style of an image apart."""

from collections.abc import Iterable
from typing import ClassVar

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import Decoder, autoencoder
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.losses.gan import LeastSquaresGANLoss
from mmuda.models.phased import Losses
from mmuda.models.translators.shared_content import (
    OTHER,
    SharedContentTranslator,
    absolute,
    images_of,
)
from mmuda.models.translators.style import DOMAINS, DomainCodes, StyleEncoder
from mmuda.models.translators.unit import KAIMING
from mmuda.models.validity import fill_invalid


class StyleDecoder(nn.Module):
    """A decoder whose AdaIN parameters a multi-layer perceptron makes from a code.

    Args:
        decoder: An adaptive :class:`Decoder`.
        code_size: Length of a style code.
        hidden: Width of the perceptron's two hidden layers.
    """

    def __init__(self, decoder: Decoder, code_size: int, hidden: int) -> None:
        super().__init__()
        self.perceptron = nn.Sequential(
            nn.Linear(code_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, decoder.style_size),
        )
        self.decoder = decoder

    def forward(self, content: Tensor, code: Tensor) -> Tensor:
        """Images of content (N, D, h, w) and codes (N, code_size), or one for all."""
        return self.decoder(content, self.perceptron(code))


@MODELS.register_module()
class MUNIT(SharedContentTranslator):
    """Multimodal unsupervised image-to-image translation (Huang et al. 2018).

    An image has a content, in a space that both domains share, and a style of its
    domain: a code of eight numbers. In training an image is translated by decoding
    its content with a random code, picked from the standard normal distribution.

    Phases:

    * ``critic``: each discriminator tells the images of its domain from translated
      ones.
    * ``generator``: translated images look real (Eq. 5); an image is reconstructed
      from its content and style (Eq. 2); content and code that a translation was made
      of are found again in it (Eq. 3 and 4); with the original's style it becomes the
      original again (Sect. 5.1, style-augmented cycle consistency); it resembles its
      original to VGG16.

    Each phase picks its own codes.

    **Inference is deterministic:** the style of a translation is the mean of the codes
    that the style encoder gives the target's training images. ``DomainMomentsHook``
    estimates it together with the domain moments, and the checkpoint holds it.
    :meth:`generate` takes other codes.

    Args:
        bands: Of the images of both domains.
        generator: ``channels`` 64 of the first convolution, ``num_downsamples`` 2 and
            ``num_residuals`` 4, of each content encoder and each decoder.
        style: ``code_size`` 8, the length of a style code, and ``hidden`` 256, the
            width of the perceptron that makes AdaIN's parameters of it.
        discriminator: Config of a ``MultiScaleDiscriminator`` or the like.
        **kwargs: ``weights``, ``perceptual``, ``data_preprocessor`` and ``init_cfg``,
            see :class:`SharedContentTranslator`.
    """

    # summer2winter_yosemite256_folder.yaml of the published code. At 512 pixels
    # (synthia2cityscape_folder.yaml) the perceptual loss has weight 1.
    published_weights: ClassVar[dict[str, float]] = dict(
        adversarial=1,
        reconstruction=10,
        style=1,
        content=1,
        cycle=10,
        perceptual=0,
    )

    def __init__(
        self,
        bands: int = 3,
        generator: dict | None = None,
        style: dict | None = None,
        discriminator: dict | None = None,
        **kwargs: object,
    ) -> None:
        kwargs['init_cfg'] = kwargs.get('init_cfg') or KAIMING
        super().__init__(
            [
                dict(name='critic', updates=['discriminators']),
                dict(
                    name='generator', updates=['encoders', 'style_encoders', 'decoders']
                ),
            ],
            bands,
            discriminator or dict(type='MultiScaleDiscriminator'),
            LeastSquaresGANLoss(),
            **kwargs,
        )
        generator = generator or {}
        channels = generator.get('channels', 64)
        style = {**dict(code_size=8, hidden=256), **(style or {})}
        autoencoders = {
            d: autoencoder(bands, **generator, adaptive=True) for d in DOMAINS
        }
        self.encoders = ModuleDict({d: pair[0] for d, pair in autoencoders.items()})
        self.style_encoders = ModuleDict(
            {d: StyleEncoder(bands, channels, style['code_size']) for d in DOMAINS}
        )
        self.decoders = ModuleDict(
            {d: StyleDecoder(pair[1], **style) for d, pair in autoencoders.items()}
        )
        self.codes = DomainCodes(style['code_size'])
        encoder, decoder = autoencoders['source']
        self.stride = encoder.stride
        convolutions = [*encoder.convolutions, *decoder.convolutions]
        self.halo = halo_of(convolutions, self.stride)

    def _random_code(self, content: Tensor) -> Tensor:
        return content.new_empty(len(content), self.codes.mean.shape[1]).normal_()

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """The discriminators tell real images from translated ones."""
        losses = {}
        for other, domain in OTHER.items():
            images, valid = images_of(batch[other])
            content = self.encode(images, other, valid)
            fake = self.decode(domain, valid, content, self._random_code(content))
            loss = self.told_apart(
                self.discriminators[domain], images_of(batch[domain]), (fake, valid)
            )
            losses[f'loss_critic_{domain}'] = self.weights['adversarial'] * loss
        return losses

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Losses of each domain's images on their way there and back again."""
        losses = {}
        for domain, other in OTHER.items():
            images, valid = images_of(batch[domain])
            content = self.encode(images, domain, valid)
            style = self.style_encoders[domain](images, valid)
            same = self.decode(domain, valid, content, style)
            picked = self._random_code(content)
            there = self.decode(other, valid, content, picked)
            found = self.encode(there, other, valid)
            of_domain = dict(
                adversarial=self.taken_for_real(
                    self.discriminators[other], there, valid
                ),
                reconstruction=absolute(same, images, valid),
                style=absolute(self.style_encoders[other](there, valid), picked),
                content=absolute(found, content, valid),
            )
            if self.weights['cycle']:
                back = self.decode(domain, valid, found, style)
                of_domain['cycle'] = absolute(back, images, valid)
            if self.perceptual is not None:
                of_domain['perceptual'] = self.perceptual(there, images, valid)
            losses.update(self.weighted(domain, **of_domain))
        return losses

    def generate(
        self, images: Tensor, source: str, target: str, style: Tensor | None = None
    ) -> Tensor:
        """Decode the content with the target's mean style.

        Args:
            images: As in :meth:`Translator.generate`.
            source: Likewise.
            target: Likewise.
            style: Another code, (N, code_size), or (1, code_size) for all images.
        """
        code = self.codes(target) if style is None else style
        return self.decoders[target](self.encoders[source](images), code)

    @torch.no_grad()
    def estimate_code(self, domain: str, batches: Iterable[DomainBatch]) -> None:
        """Estimate the mean style code of a domain's images."""
        encoder = self.style_encoders[domain]

        def codes(batch: DomainBatch) -> tuple[Tensor, Tensor | None]:
            images = fill_invalid(batch.inputs, batch.valid)
            return encoder(images, batch.valid), batch.valid

        self.codes.estimate(domain, map(codes, batches))

    def check_ready(self, source: str, target: str) -> None:
        """Raise ``ValueError`` where :meth:`translate` would be undefined."""
        super().check_ready(source, target)
        self.codes.check_known(target)
