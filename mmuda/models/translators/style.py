"""Codes of an image's style, and of a whole domain's."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from mmuda.models.layers.autoencoder import convolution
from mmuda.models.validity import valid_share

DOMAINS = ('source', 'target')


def pool(features: Tensor, valid: Tensor | None) -> Tensor:
    """Mean over the valid part of each image, (N, C) of features (N, C, h, w)."""
    weight = valid_share(valid, features)
    if weight is None:
        return features.mean((2, 3))
    number = weight.sum((2, 3)).clamp(min=1e-6)
    return (features * weight).sum((2, 3)) / number


class StyleEncoder(nn.Module):
    """Image to a style code, as in MUNIT (Huang et al. 2018, Appendix B).

    A convolution 7x7, four 4x4 of stride 2 of which the first two double the
    channels, each with a ReLU; mean over the image; a linear map. No normalisation:
    it would take away what the style is.

    Args:
        bands: Of the image.
        channels: Of the first convolution.
        code_size: Length of the code (``style_dim`` 8).
        num_downsamples: Convolutions of stride 2.
    """

    def __init__(
        self,
        bands: int,
        channels: int = 64,
        code_size: int = 8,
        num_downsamples: int = 4,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(bands, channels, 7, 1, 3), nn.ReLU()]
        for i in range(num_downsamples):
            after = 2 * channels if i < 2 else channels
            layers += [convolution(channels, after, 4, 2, 1), nn.ReLU()]
            channels = after
        self.layers = nn.Sequential(*layers)
        self.code = nn.Linear(channels, code_size)

    def forward(self, images: Tensor, valid: Tensor | None = None) -> Tensor:
        """Codes (N, code_size) of images (N, bands, H, W)."""
        return self.code(pool(self.layers(images), valid))


class DomainCodes(nn.Module):
    """The mean code of each domain, in buffers, so that it stands in checkpoints.

    Args:
        code_size: Length of a code.
    """

    def __init__(self, code_size: int) -> None:
        super().__init__()
        self.register_buffer('mean', torch.zeros(len(DOMAINS), code_size))
        self.register_buffer('known', torch.zeros(len(DOMAINS), dtype=torch.bool))

    @torch.no_grad()
    def estimate(
        self, domain: str, codes: Iterable[tuple[Tensor, Tensor | None]]
    ) -> None:
        """Mean over images, each with the weight of its valid area.

        Args:
            domain: ``source`` or ``target``.
            codes: Codes (N, code_size) of mini-batches, with masks of valid pixels.
        """
        total = torch.zeros_like(self.mean[0], dtype=torch.double)
        area = 0.0
        for code, valid in codes:
            share = torch.ones(len(code), 1, dtype=torch.double, device=code.device)
            if valid is not None:
                share = valid.double().mean((2, 3))
            total += (code.double() * share).sum(0)
            area += float(share.sum())
        at = DOMAINS.index(domain)
        self.known[at] = area > 0
        self.mean[at] = total / max(area, 1e-6)

    def forward(self, domain: str) -> Tensor:
        """The code of a domain, (1, code_size); zeros before it is estimated."""
        return self.mean[DOMAINS.index(domain)][None]

    def check_known(self, domain: str) -> None:
        """Raise ``ValueError`` if the code of a domain was never estimated."""
        if not self.known[DOMAINS.index(domain)]:
            raise ValueError(
                f'there is no style code of the {domain} yet: train with '
                'DomainMomentsHook, or load a checkpoint that was'
            )
