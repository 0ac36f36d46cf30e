"""SemI2I: semantically consistent image-to-image translation."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.dist import all_reduce
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import ResidualBlock, convolution
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.layers.spatial_norm import (
    ROUTES,
    AdaptiveInstanceNorm,
    InstanceNorm,
    patch_moments,
)
from mmuda.models.losses import LeastSquaresGANLoss, gradient_loss
from mmuda.models.phased import Losses
from mmuda.models.translators.base import Translator
from mmuda.models.validity import fill_invalid, valid_mean


class SemI2IEncoder(nn.Module):
    """Image to embedding, and the low-level features of its first convolution.

    The text of the paper gives no widths; these are those of the public
    re-implementation: 3x3 convolutions of stride 1, 2 and 2, each doubling the
    channels, then residual blocks, each followed by a ReLU.

    Instance normalisation behind each convolution is its as well; the text of the paper
    neither has nor excludes it. It stays here, unlike in the decoder, because it takes
    nothing away from what AdaIN gives. It has a price: brightness and contrast of a
    whole image do not reach the moments of its embedding, only the low-level features.
    Without it the networks learn as well on the demo cities (one seed).

    Args:
        bands: Of the image.
        channels: Of the first convolution.
        num_residuals: Residual blocks.
    """

    def __init__(
        self, bands: int = 3, channels: int = 32, num_residuals: int = 3
    ) -> None:
        super().__init__()
        self.first = convolution(bands, channels, 3, 1, 1)
        layers: list[nn.Module] = [InstanceNorm(channels), nn.ReLU()]
        for _ in range(2):
            layers.append(convolution(channels, 2 * channels, 3, 2, 1))
            channels *= 2
            layers += [InstanceNorm(channels), nn.ReLU()]
        for _ in range(num_residuals):
            layers += [ResidualBlock(channels), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Embedding (N, 4 D, H/4, W/4) and low-level features (N, D, H, W).

        D is ``channels``. "The filters in the first convolution layer of each encoder
        learn the low level features such as edges": its output before normalisation.
        """
        low_level = self.first(images)
        return self.layers(low_level), low_level


class SemI2IDecoder(nn.Module):
    """Embedding to image, with the low-level features of the encoded image.

    "We re-size and concatenate these low level features from each encoder with the
    input to each deconvolution layer". A deconvolution is a 3x3 convolution, ReLU and
    enlargement by repetition; the last one is a convolution and tanh.

    The public re-implementation normalises each image behind its convolutions. Here
    nothing is normalised: the paper's text names no normalisation but AdaIN, and this
    one would undo it. The mean that AdaIN gives a channel is a constant over space; a
    convolution with a mirrored border makes a constant of it, which instance
    normalisation takes away exactly, so that the image would not depend on the
    style's mean at all. Huang and Belongie 2017, Sect. 5.1, leave normalisation out
    of the decoder behind AdaIN for the same reason: it gives all images one style.

    Args:
        bands: Of the image.
        channels: Of the encoder's first convolution.
    """

    def __init__(self, bands: int = 3, channels: int = 32) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(
                convolution(before + channels, after, 3, 1, 1),
                nn.ReLU(),
                nn.Upsample(scale_factor=2),
            )
            for before, after in (
                (4 * channels, 2 * channels),
                (2 * channels, channels),
            )
        )
        self.last = convolution(2 * channels, bands, 3, 1, 1)

    def forward(self, embedding: Tensor, low_level: Tensor) -> Tensor:
        """Images (N, bands, H, W) in [-1, 1]."""
        for stage in self.stages:
            embedding = stage(_with(embedding, low_level))
        return torch.tanh(self.last(_with(embedding, low_level)))


def _with(features: Tensor, low_level: Tensor) -> Tensor:
    resized = F.interpolate(low_level, features.shape[2:], mode='nearest')
    return torch.cat([features, resized], dim=1)


class GlobalStyle(nn.Module):
    """Mean and standard deviation of a domain's embedding, by Alg. 1.

    Args:
        num_features: Channels of the embedding.
        decay_rate: ``d_rate``, the weight of what is known already.
    """

    def __init__(self, num_features: int, decay_rate: float = 0.95) -> None:
        super().__init__()
        self.decay_rate = decay_rate
        self.register_buffer('mean', torch.zeros(num_features))
        self.register_buffer('std', torch.zeros(num_features))

    @torch.no_grad()
    def update(self, mean: Tensor, std: Tensor, valid: Tensor | None) -> None:
        """Alg. 1 for one iteration; a mini-batch counts as the mean of its patches.

        Args:
            mean: Of each patch, shape (N, C).
            std: Likewise.
            valid: Mask of the patches; one without a valid pixel does not count.
        """
        counts = torch.ones_like(mean[:, :1])
        if valid is not None:
            counts = valid.flatten(1).any(1, keepdim=True).to(mean.dtype)
        total = torch.cat([(counts * x).sum(0) for x in (mean, std, counts)])
        all_reduce(total)  # the same in all processes
        number = total[-1]
        rate = torch.where(number > 0, self.decay_rate, 1.0)
        news = (total[:-1] / number.clamp(min=1)).chunk(2)
        for ours, new in zip((self.mean, self.std), news, strict=True):
            ours.copy_(rate * ours + (1 - rate) * new)


@MODELS.register_module()
class SemI2I(Translator):
    """Translation that keeps objects where and what they are.

    Tasar et al. 2020. Each domain has an encoder, a decoder and a discriminator. An
    image is encoded in its own domain; its embedding gets the mean and the standard
    deviation of the other domain's embedding (AdaIN), and is decoded in the other
    domain: "fake A" is A in the style of B.

    Training (Eq. 1 and 2): ``lambda_1`` cross reconstruction, fake A and fake B switch
    their styles and become A'' and B''; ``lambda_2`` self reconstruction, an embedding
    decoded in its own domain; ``lambda_3`` Sobel gradients of an image and its fake;
    ``lambda_4`` LSGAN. Norms are means over pixels and bands.

    Test: AdaIN takes the global moments of the other domain (Alg. 1). What is
    normalised, here as in all layers, is normalised by the moments of its domain: see
    :mod:`~mmuda.models.layers.spatial_norm`.

    Args:
        bands: Of the images of both domains.
        channels: Of the first convolution of an encoder.
        num_residuals: Residual blocks of an encoder.
        discriminator: Config of the discriminators; by default CycleGAN's, as in the
            paper.
        weights: Factors of the losses; by default the paper's: ``cross`` 10, ``self``
            10, ``gradient`` 10, ``adversarial`` 1.
        decay_rate: Of Alg. 1.
        data_preprocessor: See :class:`Translator`.
        init_cfg: By default a normal distribution of standard deviation 0.02, that of
            CycleGAN; the paper names none.
    """

    routes = ROUTES
    stride = 4

    def __init__(
        self,
        bands: int = 3,
        channels: int = 32,
        num_residuals: int = 3,
        discriminator: dict | None = None,
        weights: dict[str, float] | None = None,
        decay_rate: float = 0.95,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            phases=[
                dict(name='generator', updates=['encoders', 'decoders']),
                dict(name='critic', updates=['discriminators']),
            ],
            data_preprocessor=data_preprocessor,
            init_cfg=init_cfg or dict(type='Normal', layer='Conv2d', std=0.02),
        )
        discriminator = discriminator or dict(type='PatchGANDiscriminator')
        both = ('source', 'target')
        self.encoders = ModuleDict(
            {d: SemI2IEncoder(bands, channels, num_residuals) for d in both}
        )
        self.decoders = ModuleDict({d: SemI2IDecoder(bands, channels) for d in both})
        self.discriminators = ModuleDict(
            {d: MODELS.build(dict(in_channels=bands, **discriminator)) for d in both}
        )
        self.adain = AdaptiveInstanceNorm(4 * channels)
        self.styles = ModuleDict(
            {d: GlobalStyle(4 * channels, decay_rate) for d in both}
        )
        self.gan_loss = LeastSquaresGANLoss()
        self.weights = {
            **dict(cross=10.0, self=10.0, gradient=10.0, adversarial=1.0),
            **(weights or {}),
        }
        residuals = [(3, 4)] * 2 * num_residuals
        ends = [(3, 1), (3, 1), (3, 2)], [(3, 4), (3, 2), (3, 1)]
        self.halo = halo_of([*ends[0], *residuals, *ends[1]], self.stride)

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """Encode, give the target's global style, decode; an own style stays."""
        embedding, low_level = self.encoders[source](images)
        if source != target:
            style = self.styles[target]
            embedding = self.adain(embedding, style.mean, style.std)
        return self.decoders[target](embedding, low_level)

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """L_G of Eq. 1."""
        real = {d: batch[d].inputs for d in batch}
        valid = {d: batch[d].valid for d in batch}
        encoded = {d: self._encode(real[d], d, valid[d]) for d in real}
        for d, (_, _, style) in encoded.items():
            self.styles[d].update(*style, valid[d])
        fake = self._switch(encoded, valid)
        again = {d: self._encode(fake[d], other, valid[d]) for d, other in ROUTES[:2]}
        back = self._switch(again, valid, home=True)
        self.state['fake'] = {d: images.detach() for d, images in fake.items()}

        losses = dict.fromkeys(('cross', 'self', 'gradient', 'adversarial'), 0)
        for d, other in ROUTES[:2]:
            with patch_moments(valid[d]):
                own = self.decoders[d](*encoded[d][:2])
                scores = self.discriminators[other](fake[d])
            losses['cross'] += valid_mean((real[d] - back[d]).abs(), valid[d])
            losses['self'] += valid_mean((real[d] - own).abs(), valid[d])
            losses['gradient'] += gradient_loss(real[d], fake[d], valid[d])
            losses['adversarial'] += self.gan_loss(scores, True, valid[d]) / 2
        return {f'loss_{k}': self.weights[k] * value for k, value in losses.items()}

    def _encode(
        self, images: Tensor, domain: str, valid: Tensor | None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Embedding, low-level features and style of the embedding."""
        with patch_moments(valid):
            embedding, low_level = self.encoders[domain](images)
        return embedding, low_level, self.adain.style(embedding, valid)

    def _switch(
        self, encoded: dict[str, tuple], valid: dict[str, Tensor], home: bool = False
    ) -> dict[str, Tensor]:
        """Images of each domain with the style of the other's.

        Decoded in the other domain; ``home``: in their own, for what was fake.
        """
        images = {}
        for d, other in ROUTES[:2]:
            embedding, low_level, _ = encoded[d]
            style = encoded[other][2]
            with patch_moments(valid[d]):
                styled = self.adain(embedding, *style)
                decoded = self.decoders[d if home else other](styled, low_level)
            images[d] = fill_invalid(decoded, valid[d])
        return images

    def loss_critic(self, batch: dict[str, DomainBatch]) -> Losses:
        """L_D of Eq. 2: of each domain, LSGAN between it and what has its style."""
        fake = self.state['fake']
        loss = 0
        for d, other in ROUTES[:2]:
            for images, of, is_real in (
                (batch[d].inputs, d, True),
                (fake[other], other, False),
            ):
                with patch_moments(batch[of].valid):
                    scores = self.discriminators[d](images)
                loss += self.gan_loss(scores, is_real, batch[of].valid) / 2
        return {'loss_discriminator': self.weights['adversarial'] * loss}
