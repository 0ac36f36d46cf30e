"""DRIT: content that tells no domain, and attributes that do."""

from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import (
    ContentEncoder,
    ResidualBlock,
    convolution,
)
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.layers.spatial_norm import LayerNorm, patch_moments
from mmuda.models.losses.gan import VanillaGANLoss
from mmuda.models.phased import Losses
from mmuda.models.translators.shared_content import (
    OTHER,
    SharedContentTranslator,
    absolute,
    normal_like,
)
from mmuda.models.translators.style import DOMAINS, DomainCodes, pool
from mmuda.models.validity import fill_invalid, valid_mean

Images = tuple[Tensor, Tensor | None]


def _phases(d_iter: int) -> list[dict]:
    generator = ['encoders', 'shared_encoder', 'shared_decoder', 'decoders']
    discriminators = ['discriminators', 'random_discriminators']
    return [
        dict(name='critic', updates=discriminators, every=d_iter),
        dict(name='content_critic', updates=['content_discriminator']),
        dict(
            name='generator', updates=[*generator, 'attribute_encoders'], every=d_iter
        ),
        dict(name='latent', updates=generator, every=d_iter),
    ]


class _PoolingBlock(nn.Module):
    """Two convolutions behind leaky ReLUs and a shortcut, to half the resolution."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LeakyReLU(0.2),
            convolution(before, before, 3, 1, 1),
            nn.LeakyReLU(0.2),
            convolution(before, after, 3, 1, 1),
            nn.AvgPool2d(2),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1))

    def forward(self, features: Tensor) -> Tensor:
        return self.layers(features) + self.shortcut(features)


class AttributeEncoder(nn.Module):
    """Image to mean and logarithm of the variance of its attribute code.

    A convolution 4x4 of stride 2, three residual blocks that halve the resolution, the
    mean over the image, two linear maps. No normalisation.

    Args:
        bands: Of the image.
        channels: Of the first convolution; a block has ``channels`` more than the one
            before, at most four times as many.
        code_size: Length of the code.
        num_blocks: Residual blocks.
    """

    def __init__(
        self, bands: int, channels: int = 64, code_size: int = 8, num_blocks: int = 3
    ) -> None:
        super().__init__()
        widths = [channels * min(4, i + 1) for i in range(num_blocks + 1)]
        self.layers = nn.Sequential(
            convolution(bands, channels, 4, 2, 1),
            *(_PoolingBlock(*pair) for pair in pairwise(widths)),
            nn.LeakyReLU(0.2),
        )
        self.mean = nn.Linear(widths[-1], code_size)
        self.log_variance = nn.Linear(widths[-1], code_size)

    def forward(
        self, images: Tensor, valid: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (N, code_size) each."""
        features = pool(self.layers(images), valid)
        return self.mean(features), self.log_variance(features)


class AttributeDecoder(nn.Module):
    """Content to an image, the attribute code attached before each group of layers.

    Residual blocks; two transposed convolutions 3x3 that halve the channels, with
    layer normalisation; a convolution 1x1 and tanh.

    Args:
        bands: Of the image.
        channels: Of the content.
        code_size: Length of the code.
        num_residuals: Residual blocks.
        num_upsamples: Transposed convolutions.

    Attributes:
        convolutions: For :func:`~mmuda.models.layers.receptive_field.halo_of`.
    """

    def __init__(
        self,
        bands: int,
        channels: int = 256,
        code_size: int = 8,
        num_residuals: int = 3,
        num_upsamples: int = 2,
    ) -> None:
        super().__init__()
        channels += code_size
        residuals = [ResidualBlock(channels) for _ in range(num_residuals)]
        groups: list[nn.Module] = [nn.Sequential(*residuals)]
        for _ in range(num_upsamples):
            channels += code_size
            half = channels // 2
            up = nn.ConvTranspose2d(channels, half, 3, 2, 1, output_padding=1)
            groups.append(nn.Sequential(up, LayerNorm(half), nn.ReLU()))
            channels = half
        last = nn.Conv2d(channels + code_size, bands, 1)
        self.groups = nn.ModuleList([*groups, nn.Sequential(last, nn.Tanh())])
        self.convolutions = [
            *[(3, 2**num_upsamples)] * 2 * num_residuals,
            *((3, 2**i) for i in range(num_upsamples)),
        ]

    def forward(self, content: Tensor, code: Tensor) -> Tensor:
        """Images in [-1, 1] of content and codes (N, code_size), or one for all."""
        for group in self.groups:
            attached = code[..., None, None].expand(
                len(content), -1, *content.shape[2:]
            )
            content = group(torch.cat([content, attached], dim=1))
        return content


@MODELS.register_module()
class DRIT(SharedContentTranslator):
    """Diverse image-to-image translation by disentangled representations.

    Lee et al. 2018, in the form that the published code takes by default: the
    attribute code is concatenated to the features, the encoder gives its mean and
    variance, and discriminators have three scales. The last residual block of the
    content encoders and the first of the decoders are shared by both domains.

    Phases, with what the published code calls ``d_iter`` 3:

    * ``content_critic``, in every iteration: the content discriminator tells the
      domains apart by their content.
    * ``critic``, in every third: discriminators tell real images from those with
      another image's attributes, others from those with random attributes.
    * ``generator``, in every third: content is half one domain's and half the other's
      to the content discriminator; images with exchanged attributes look real, and
      exchanged once more they are the originals again; content and own attributes
      give the original; attributes stay close to the standard normal distribution
      (KL), content close to 0.
    * ``latent``, in every third: images with random attributes look real, and those
      attributes are found again in them. The attribute encoders stand still.

    Of a mini-batch the first half of each domain is translated; the second half is
    what images with random attributes are compared to. A single image of each
    domain serves as both.

    Different from the published code: ``latent`` makes its images anew after the step
    of ``generator`` and has an optimizer of its own; random codes are picked for each
    direction.

    **Inference is deterministic:** content is without noise, and the attributes of a
    translation are the mean of those that the attribute encoder finds in the target's
    training images. ``DomainMomentsHook`` estimates them together with the domain
    moments, and the checkpoint holds them. :meth:`generate` takes other codes.

    Args:
        bands: Of the images of both domains.
        generator: ``channels`` 64 of the first convolutions, ``code_size`` 8 of the
            attributes, and ``num_residuals`` 3, of each domain's encoder and decoder.
        discriminator: Config of a ``MultiScaleDiscriminator`` or the like.
        content_discriminator: Config of a ``ContentDiscriminator`` or the like.
        d_iter: All but the content discriminator learns in every so many-th iteration.
        **kwargs: ``weights``, ``data_preprocessor`` and ``init_cfg``, see
            :class:`SharedContentTranslator`.
    """

    # model.py of the published code.
    published_weights: ClassVar[dict[str, float]] = dict(
        adversarial=1,
        content_adversarial=1,
        cycle=10,
        reconstruction=10,
        latent=10,
        kl=0.01,
        content_norm=0.01,
    )

    def __init__(
        self,
        bands: int = 3,
        generator: dict | None = None,
        discriminator: dict | None = None,
        content_discriminator: dict | None = None,
        d_iter: int = 3,
        **kwargs: object,
    ) -> None:
        layers = ['Conv2d', 'ConvTranspose2d']
        normal = dict(type='Normal', layer=layers, std=0.02)
        kwargs['init_cfg'] = kwargs.get('init_cfg') or normal
        if discriminator is None:
            discriminator = dict(type='MultiScaleDiscriminator', negative_slope=0.01)
        super().__init__(
            _phases(d_iter), bands, discriminator, VanillaGANLoss(), **kwargs
        )
        settings = dict(channels=64, code_size=8, num_residuals=3)
        settings.update(generator or {})
        self._build_generators(bands, **settings)
        self.random_discriminators = ModuleDict(
            {d: MODELS.build(dict(in_channels=bands, **discriminator)) for d in DOMAINS}
        )
        self.content_discriminator = MODELS.build(
            dict(
                in_channels=self.encoders['source'].out_channels,
                **(content_discriminator or dict(type='ContentDiscriminator')),
            )
        )
        self.codes = DomainCodes(settings['code_size'])

    def _build_generators(
        self, bands: int, channels: int, code_size: int, num_residuals: int
    ) -> None:
        settings = dict(kernel_size=3, plain_stem=True, num_residuals=num_residuals)
        encoders = {d: ContentEncoder(bands, channels, **settings) for d in DOMAINS}
        width = encoders['source'].out_channels
        decoders = {
            d: AttributeDecoder(bands, width, code_size, num_residuals) for d in DOMAINS
        }
        self.encoders = ModuleDict(encoders)
        self.shared_encoder = ResidualBlock(width)
        self.attribute_encoders = ModuleDict(
            {d: AttributeEncoder(bands, channels, code_size) for d in DOMAINS}
        )
        self.shared_decoder = ResidualBlock(width)
        self.decoders = ModuleDict(decoders)
        self.stride = encoders['source'].stride
        convolutions = [
            *encoders['source'].convolutions,
            *[(3, self.stride)] * 4,  # of both shared blocks
            *decoders['source'].convolutions,
        ]
        self.halo = halo_of(convolutions, self.stride)

    def encode(self, images: Tensor, domain: str, valid: Tensor | None) -> Tensor:
        """Content of training images, with noise of standard deviation 1."""
        with patch_moments(valid):
            content = self.shared_encoder(self.encoders[domain](images))
        return content + normal_like(content)

    def decode(
        self, domain: str, valid: Tensor | None, *content_and_style: Tensor
    ) -> Tensor:
        """Training images of content and attributes; 0 where invalid."""
        content, code = content_and_style
        with patch_moments(valid):
            images = self.decoders[domain](self.shared_decoder(content), code)
        return fill_invalid(images, valid)

    def attributes(
        self, images: Tensor, domain: str, valid: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """A code picked from its distribution, its mean and log-variance."""
        mean, log_variance = self.attribute_encoders[domain](images, valid)
        code = mean + normal_like(mean) * exp_or_tangent(log_variance / 2)
        return code, mean, log_variance

    def _random_code(self, content: Tensor) -> Tensor:
        return content.new_empty(len(content), self.codes.mean.shape[1]).normal_()

    def loss_content_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """The content discriminator: target is 1, source 0."""
        losses = {}
        for domain, (images, valid) in halves(batch, 0).items():
            scores = self.content_discriminator(self.encode(images, domain, valid))
            loss = self.gan_loss(scores, domain == 'target', valid)
            losses[f'loss_content_critic_{domain}'] = (
                self.weights['content_adversarial'] * loss
            )
        return losses

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """Real images against exchanged and against random attributes."""
        translated, compared = halves(batch, 0), halves(batch, 1)
        losses = {}
        for other, domain in OTHER.items():
            images, valid = translated[other]
            content = self.encode(images, other, valid)
            code, _, _ = self.attributes(
                translated[domain][0], domain, translated[domain][1]
            )
            for kind, real, discriminators, attributes in (
                ('critic', translated, self.discriminators, code),
                (
                    'random_critic',
                    compared,
                    self.random_discriminators,
                    self._random_code(content),
                ),
            ):
                fake = self.decode(domain, valid, content, attributes)
                loss = self.told_apart(
                    discriminators[domain], real[domain], (fake, valid)
                )
                losses[f'loss_{kind}_{domain}'] = self.weights['adversarial'] * loss
        return losses

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Content and attributes of both domains, exchanged twice."""
        real = halves(batch, 0)
        content, codes, there = {}, {}, {}
        losses: Losses = {}
        for domain, (images, valid) in real.items():
            content[domain] = self.encode(images, domain, valid)
            codes[domain], mean, log_variance = self.attributes(images, domain, valid)
            same = self.decode(domain, valid, content[domain], codes[domain])
            scores = self.content_discriminator(content[domain])
            half = self.gan_loss.distance(scores, torch.full_like(scores, 0.5))
            losses |= self.weighted(
                domain,
                content_adversarial=valid_mean(half, valid),
                reconstruction=absolute(same, images, valid),
                kl=kl_divergence(mean, log_variance),
                content_norm=valid_mean(content[domain] ** 2, valid),
            )
        for domain, other in OTHER.items():
            valid = real[domain][1]
            there[domain] = self.decode(other, valid, content[domain], codes[other])
            losses |= self.weighted(
                domain,
                adversarial=self.taken_for_real(
                    self.discriminators[other], there[domain], valid
                ),
            )
        for domain, other in OTHER.items():
            images, valid = real[domain]
            # Content from the own translation, attributes from the other's.
            found = self.encode(there[domain], other, valid)
            code, _, _ = self.attributes(there[other], domain, real[other][1])
            back = self.decode(domain, valid, found, code)
            losses |= self.weighted(domain, cycle=absolute(back, images, valid))
        return losses

    def loss_latent(self, batch: dict[str, DomainBatch]) -> Losses:
        """Images with random attributes look real and show them."""
        losses: Losses = {}
        for domain, (images, valid) in halves(batch, 0).items():
            other = OTHER[domain]
            content = self.encode(images, domain, valid)
            picked = self._random_code(content)
            there = self.decode(other, valid, content, picked)
            deceived = self.taken_for_real(
                self.random_discriminators[other], there, valid
            )
            name = f'loss_random_adversarial_{domain}'
            losses[name] = self.weights['adversarial'] * deceived
            found, _ = self.attribute_encoders[other](there, valid)
            losses |= self.weighted(domain, latent=absolute(found, picked))
        return losses

    def generate(
        self, images: Tensor, source: str, target: str, style: Tensor | None = None
    ) -> Tensor:
        """Decode the content with the target's mean attributes.

        Args:
            images: As in :meth:`Translator.generate`.
            source: Likewise.
            target: Likewise.
            style: Another code, (N, code_size), or (1, code_size) for all images.
        """
        code = self.codes(target) if style is None else style
        content = self.shared_encoder(self.encoders[source](images))
        return self.decoders[target](self.shared_decoder(content), code)

    @torch.no_grad()
    def estimate_code(self, domain: str, batches: Iterable[DomainBatch]) -> None:
        """Estimate the mean attribute code of a domain's images."""
        encoder = self.attribute_encoders[domain]

        def codes(batch: DomainBatch) -> Images:
            images = fill_invalid(batch.inputs, batch.valid)
            return encoder(images, batch.valid)[0], batch.valid

        self.codes.estimate(domain, map(codes, batches))

    def check_ready(self, source: str, target: str) -> None:
        """Raise ``ValueError`` where :meth:`translate` would be undefined."""
        super().check_ready(source, target)
        self.codes.check_known(target)


def halves(batch: dict[str, DomainBatch], which: int) -> dict[str, Images]:
    """The first (0) or second (1) half of each domain's images, with their masks.

    A single image is both.

    Raises:
        ValueError: If the domains do not have the same even number of images, or one.
    """
    numbers = {domain: len(batch[domain].inputs) for domain in DOMAINS}
    number = numbers['source']
    if number != numbers['target'] or (number > 1 and number % 2):
        raise ValueError(
            f'DRIT got mini-batches of {numbers} images, expected the same number of '
            'both domains, 1 or an even one: half are translated, half are compared to'
        )
    half = max(number // 2, 1)
    part = slice(half) if which == 0 else slice(number - half, None)
    return {
        domain: (
            batch[domain].inputs[part],
            None if batch[domain].valid is None else batch[domain].valid[part],
        )
        for domain in DOMAINS
    }


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """From the standard normal distribution: sum over the code, mean over images."""
    divergence = (mean**2 + exp_or_tangent(log_variance) - 1 - log_variance) / 2
    return divergence.sum(1).mean()


def exp_or_tangent(values: Tensor, limit: float = 10.0) -> Tensor:
    """The exponential; beyond ``limit`` its tangent there, which never overflows.

    Attribute encoders are not normalised: on an image unlike those before, they may
    answer with a log-variance of 100.
    """
    return values.clamp(max=limit).exp() * (1 + (values - limit).clamp(min=0))
