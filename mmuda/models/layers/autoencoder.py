"""Content encoder and decoder, as UNIT, MUNIT and DRIT share them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmuda.models.layers.spatial_norm import (
    AdaptiveInstanceNorm,
    InstanceNorm,
    LayerNorm,
)

Style = Sequence[tuple[Tensor, Tensor]]


def convolution(
    before: int, after: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> nn.Conv2d:
    """A convolution whose border mirrors the image."""
    return nn.Conv2d(
        before, after, kernel_size, stride, padding, padding_mode='reflect'
    )


class ResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), 3x3.

    Args:
        channels: Of input and output.
        adaptive: Whether mean and standard deviation after each convolution are
            those of a style (AdaIN).
    """

    def __init__(self, channels: int, adaptive: bool = False) -> None:
        super().__init__()
        norm = AdaptiveInstanceNorm if adaptive else InstanceNorm
        self.first = convolution(channels, channels, 3, 1, 1)
        self.first_norm = norm(channels)
        self.second = convolution(channels, channels, 3, 1, 1)
        self.second_norm = norm(channels)

    def forward(self, features: Tensor, style: Style = ((), ())) -> Tensor:
        """Transform features; ``style`` has (mean, std) of both normalisations."""
        hidden = torch.relu(self.first_norm(self.first(features), *style[0]))
        return features + self.second_norm(self.second(hidden), *style[1])


class ContentEncoder(nn.Module):
    """Image to content features of 1/4 the resolution.

    A convolution 7x7, ``num_downsamples`` convolutions of stride 2, each doubling the
    channels, and residual blocks, all with instance normalisation.

    Args:
        bands: Of the image.
        channels: Of the first convolution.
        num_downsamples: Convolutions of stride 2.
        num_residuals: Residual blocks.
        kernel_size: Of the convolutions of stride 2: 4 in UNIT and MUNIT, 3 in DRIT.
        plain_stem: Whether the first convolution has a leaky ReLU of slope 0.01 and
            no normalisation (DRIT), or normalisation and a ReLU.

    Attributes:
        out_channels: Channels of the content.
        stride: Height of the image over that of the content.
        convolutions: For :func:`~mmuda.models.layers.receptive_field.halo_of`.
    """

    def __init__(
        self,
        bands: int,
        channels: int = 64,
        num_downsamples: int = 2,
        num_residuals: int = 4,
        kernel_size: int = 4,
        plain_stem: bool = False,
    ) -> None:
        super().__init__()
        stem = convolution(bands, channels, 7, 1, 3)
        layers: list[nn.Module] = [stem, nn.LeakyReLU(0.01)]
        if not plain_stem:
            layers = [stem, InstanceNorm(channels), nn.ReLU()]
        for _ in range(num_downsamples):
            down = convolution(channels, 2 * channels, kernel_size, 2, 1)
            channels *= 2
            layers += [down, InstanceNorm(channels), nn.ReLU()]
        layers += [ResidualBlock(channels) for _ in range(num_residuals)]
        self.layers = nn.Sequential(*layers)
        self.out_channels = channels
        self.stride = 2**num_downsamples
        self.convolutions = [
            (7, 1),
            *((kernel_size, 2**i) for i in range(num_downsamples)),
            *[(3, self.stride)] * 2 * num_residuals,
        ]

    def forward(self, images: Tensor) -> Tensor:
        """Content (N, D, H/4, W/4) of images (N, bands, H, W)."""
        return self.layers(images)


class Decoder(nn.Module):
    """Content features to an image, as UNIT and MUNIT decode them.

    Residual blocks with instance normalisation, or AdaIN where there is a style; then
    twice: enlargement by repetition, a convolution 5x5 that halves the channels, layer
    normalisation; then a convolution 7x7 and tanh. The scales of layer normalisation
    start uniform in [0, 1], as in the published code.

    Args:
        bands: Of the image.
        channels: Of the content features.
        num_upsamples: Enlargements.
        num_residuals: Residual blocks.
        adaptive: Whether :meth:`forward` takes a style.

    Attributes:
        style_size: Numbers that a style consists of.
        convolutions: As of :class:`ContentEncoder`.
    """

    def __init__(
        self,
        bands: int,
        channels: int,
        num_upsamples: int = 2,
        num_residuals: int = 4,
        adaptive: bool = False,
    ) -> None:
        super().__init__()
        # Mean and standard deviation of two normalisations a block.
        self.style_size = 4 * channels * num_residuals if adaptive else 0
        self.residuals = nn.ModuleList(
            ResidualBlock(channels, adaptive) for _ in range(num_residuals)
        )
        layers: list[nn.Module] = []
        for _ in range(num_upsamples):
            norm = LayerNorm(channels // 2)
            nn.init.uniform_(norm.weight)
            layers += [
                nn.Upsample(scale_factor=2),
                convolution(channels, channels // 2, 5, 1, 2),
                norm,
                nn.ReLU(),
            ]
            channels //= 2
        layers += [convolution(channels, bands, 7, 1, 3), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.convolutions = [
            *[(3, 2**num_upsamples)] * 2 * num_residuals,
            *((5, 2**i) for i in range(num_upsamples)),
            (7, 1),
        ]

    def forward(self, content: Tensor, style: Tensor | None = None) -> Tensor:
        """Images (N, bands, H, W) in [-1, 1].

        Args:
            content: Features (N, D, H/4, W/4).
            style: ``style_size`` numbers per image (N, style_size), or one row for
                all: of each normalisation in turn the means, then the standard
                deviations.
        """
        for i, block in enumerate(self.residuals):
            if style is None:
                content = block(content)
            else:
                mine = style.chunk(len(self.residuals), 1)[i].chunk(4, 1)
                content = block(content, (mine[:2], mine[2:]))
        return self.layers(content)


def autoencoder(
    bands: int,
    channels: int = 64,
    num_downsamples: int = 2,
    num_residuals: int = 4,
    adaptive: bool = False,
) -> tuple[ContentEncoder, Decoder]:
    """Encoder and decoder of UNIT and, if ``adaptive``, of MUNIT."""
    encoder = ContentEncoder(bands, channels, num_downsamples, num_residuals)
    width = encoder.out_channels
    return encoder, Decoder(bands, width, num_downsamples, num_residuals, adaptive)
