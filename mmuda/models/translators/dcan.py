"""DCAN's image generator: channel-wise alignment between encoder and decoder."""

from collections.abc import Iterable

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.vgg16 import vgg19_features
from mmuda.models.domains import DomainBatch
from mmuda.models.layers.autoencoder import convolution
from mmuda.models.layers.receptive_field import halo_of
from mmuda.models.layers.spatial_norm import (
    ROUTES,
    AdaptiveInstanceNorm,
    patch_moments,
)
from mmuda.models.phased import Losses
from mmuda.models.translators.base import Translator
from mmuda.models.translators.style import DomainCodes
from mmuda.models.translators.unit import KAIMING
from mmuda.models.validity import fill_invalid, valid_mean

BANDS = 3
ENDS = (1, 6, 11, 20)  # relu1_1, relu2_1, relu3_1 and relu4_1 among VGG19's layers
# Kernel size, and step in pixels, of all layers of encoder and decoder.
ENCODER = [(3, 1)] * 2 + [(2, 1)] + [(3, 2)] * 2 + [(2, 2)] + [(3, 4)] * 4 + [(2, 4)]
DECODER = [(3, 8)] * 2 + [(3, 4)] * 4 + [(3, 2)] * 2 + [(3, 1)] * 2


class VGG19Encoder(BaseModule):
    """The layers of VGG19 up to relu4_1, which never learn.

    Args:
        base_channels: Of the first block; 64 in VGG19.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` with VGG19's weights under
            torchvision's names; without it weights are those of He et al. 2015.
    """

    def __init__(self, base_channels: int = 64, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg or KAIMING)
        self.features = nn.Sequential(*vgg19_features(base_channels)[: ENDS[-1] + 1])
        self.requires_grad_(False)
        # Of the images that torchvision trained it with, three bands in [0, 1].
        for name, values in (
            ('mean', (0.485, 0.456, 0.406)),
            ('std', (0.229, 0.224, 0.225)),
        ):
            numbers = torch.tensor(values).view(BANDS, 1, 1)
            self.register_buffer(name, numbers, persistent=False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Features at relu1_1, relu2_1, relu3_1, relu4_1 of images in [-1, 1]."""
        features, found = ((images + 1) / 2 - self.mean) / self.std, []
        for number, layer in enumerate(self.features):
            features = layer(features)
            if number in ENDS:
                found.append(features)
        return found


def mirrored_decoder(base_channels: int) -> nn.Sequential:
    """The encoder backwards: enlargement by repetition in place of pooling."""
    layers: list[nn.Module] = []
    before = 8 * base_channels
    for factors in ((4,), (4, 4, 4, 2), (2, 1), (1,)):
        if layers:
            layers.append(nn.Upsample(scale_factor=2))
        for factor in factors:
            layers += [convolution(before, factor * base_channels, 3, 1, 1), nn.ReLU()]
            before = factor * base_channels
    return nn.Sequential(*layers, convolution(before, BANDS, 3, 1, 1))


@MODELS.register_module()
class DCANGenerator(Translator):
    """Source images whose features have the channel statistics of the target's.

    Wu et al. 2018 (DCAN), the first of its two alignments: an image is encoded, each
    channel of its features gets the mean and the standard deviation that the channel
    has in an image of the target, and the features are decoded. It knows neither
    labels nor an adversary.

    Encoder, decoder and losses are those of Huang and Belongie 2017 (AdaIN), which the
    alignment is from: VGG19 up to relu4_1, which stays as it is, and its mirror image,
    which learns. The encoded result is to be the aligned features (``content``), with
    the target's statistics at relu1_1 to relu4_1 (``style``); mean squares.

    Training aligns each source patch with the target patch beside it in the mini-batch.
    Translation takes the mean statistics of the target's patches, so that an image is
    translated in one way, and a scene without seams.

    Args:
        bands: Of the images of both domains, 3.
        base_channels: Of the first block of encoder and decoder.
        encoder: Settings of :class:`VGG19Encoder`.
        weights: Factors of the losses, by default ``content`` 1 and ``style`` 10, those
            of AdaIN.
        data_preprocessor: See :class:`Translator`.
        init_cfg: By default the decoder begins with weights of He et al. 2015. With
            PyTorch's own its nine layers let hardly anything through, and a short
            training ends in stripes.

    Raises:
        ValueError: For images of other bands.
    """

    routes = ROUTES[:1]
    stride = 8
    halo = halo_of([*ENCODER, *DECODER], stride)

    def __init__(
        self,
        bands: int = BANDS,
        base_channels: int = 64,
        encoder: dict | None = None,
        weights: dict[str, float] | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        if bands != BANDS:
            raise ValueError(
                f'DCANGenerator got {bands} bands, expected {BANDS}: VGG19 knows no '
                'others'
            )
        super().__init__(
            phases=[dict(name='generator', updates=['decoder'])],
            data_preprocessor=data_preprocessor,
            init_cfg=init_cfg or KAIMING,
        )
        self.encoder = VGG19Encoder(base_channels, **(encoder or {}))
        self.decoder = mirrored_decoder(base_channels)
        self.adain = AdaptiveInstanceNorm(8 * base_channels)
        self.codes = DomainCodes(2 * 8 * base_channels)
        self.weights = {**dict(content=1.0, style=10.0), **(weights or {})}

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """Encode, align with the target's mean statistics, decode."""
        mean, std = self.codes(target).chunk(2, 1)
        return self.decoder(self.adain(self.encoder(images)[-1], mean, std))

    def check_ready(self, source: str, target: str) -> None:
        """See :meth:`Translator.check_ready`; statistics of the target are needed."""
        super().check_ready(source, target)
        self.codes.check_known(target)

    @torch.no_grad()
    def estimate_code(self, domain: str, batches: Iterable[DomainBatch]) -> None:
        """Mean statistics of a domain's patches."""

        def codes() -> Iterable[tuple[Tensor, Tensor | None]]:
            for batch in batches:
                images = fill_invalid(batch.inputs, batch.valid)
                style = self.adain.style(self.encoder(images)[-1], batch.valid)
                yield torch.cat(style, 1), batch.valid

        self.codes.estimate(domain, codes())

    def loss_generator(self, batch: dict[str, DomainBatch]) -> Losses:
        """Content and style of the decoded image."""
        source = batch['source']
        with torch.no_grad():
            styles, aligned = self._align(source, batch['target'])
        image = fill_invalid(self.decoder(aligned), source.valid)
        encoded = self.encoder(image)
        losses = dict(content=valid_mean((encoded[-1] - aligned) ** 2, source.valid))
        losses['style'] = sum(
            (ours - wanted).square().mean()
            for features, style in zip(encoded, styles, strict=True)
            for ours, wanted in zip(
                self.adain.style(features, source.valid), style, strict=True
            )
        )
        return {f'loss_{k}': self.weights[k] * value for k, value in losses.items()}

    @torch.no_grad()
    def panels(self, batch: dict[str, DomainBatch]) -> dict[str, Tensor]:
        """See :meth:`Translator.panels`; aligned as in training.

        The statistics of the whole target are not known before its end.
        """
        source = batch['source']
        _, aligned = self._align(source, batch['target'])
        real = fill_invalid(source.inputs, source.valid)
        return {
            'source': self.to_files(real, 'source'),
            'source.translated': self.to_files(self.decoder(aligned), 'target'),
        }

    def _align(
        self, source: DomainBatch, target: DomainBatch
    ) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        """Styles of the target's images at each of ``ENDS``; the source's features.

        The latter are those of the last one, with the target's statistics.
        """
        with patch_moments(source.valid):
            styles = [
                self.adain.style(f, target.valid) for f in self.encoder(target.inputs)
            ]
            return styles, self.adain(self.encoder(source.inputs)[-1], *styles[-1])
