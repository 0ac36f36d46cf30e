"""Colour jitter and blur of images in a mini-batch, of any bands."""

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.models.validity import image_means


def jittered(
    images: Tensor, valid: Tensor | None, factors: Tensor, of_bands: Tensor
) -> Tensor:
    """Images of another brightness, contrast, saturation and hue.

    Args:
        images: Shape (N, B, H, W), in the units of their files.
        valid: Where they are valid, (N, 1, H, W); None if everywhere.
        factors: Of the brightness, of the distance to the mean of the image, and of
            the distance to the pixel's own mean over bands, (N, 3); 1 changes nothing.
        of_bands: What each band is multiplied by, (N, B). (Only red, green and blue
            have a hue that can be turned.)
    """
    brightness, contrast, saturation = factors.T[..., None, None, None]
    images = images * brightness
    mean = image_means(images, valid).mean(1)[:, None, None, None]
    images = mean + (images - mean) * contrast
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * saturation
    return images * of_bands[..., None, None]


def blurred(images: Tensor, sigmas: Sequence[float]) -> Tensor:
    """Images (N, B, H, W) convolved with Gaussians of the widths ``sigmas``, in pixels.

    A Gaussian ends four widths from its middle; images go on as in a mirror.
    """
    number, bands, height, width = images.shape
    reaches = [min(max(1, math.ceil(4 * s)), min(height, width) - 1) for s in sigmas]
    radius = max(reaches)
    at = torch.arange(-radius, radius + 1.0)
    kernels = torch.exp(-at.square() / (2 * torch.tensor(sigmas)[:, None] ** 2))
    kernels = kernels.masked_fill(at.abs() > torch.tensor(reaches)[:, None], 0)
    kernels = kernels / kernels.sum(1, keepdim=True)
    kernels = kernels.repeat_interleave(bands, 0)[:, None, None].to(images)
    planes = F.pad(images, [radius] * 4, mode='reflect').flatten(0, 1)[None]
    # Half precision has too few digits for the values of a file.
    with torch.autocast(images.device.type, enabled=False):
        planes = F.conv2d(planes, kernels, groups=number * bands)
        planes = F.conv2d(planes, kernels.mT, groups=number * bands)
    return planes.view_as(images)


class StrongAugmentation:
    """Random colour jitter and blur, each image by itself.

    What DACS (Tranheden et al. 2021) and its successors do to the images that a student
    learns from and its teacher does not see. Their hue, which only red, green and blue
    have, is here a factor of each band.

    Args:
        jitter: Factors lie between 1 - ``jitter`` and 1 + ``jitter``.
        jitter_prob: Share of images whose colours change.
        sigma: Smallest and largest width of the blur in pixels.
        blur_prob: Share of images that are blurred.

    Raises:
        ValueError: If ``jitter`` or a probability is not in [0, 1], or ``sigma`` is not
            a range of widths above 0.
    """

    def __init__(
        self,
        jitter: float = 0.2,
        jitter_prob: float = 0.8,
        sigma: tuple[float, float] = (0.15, 1.15),
        blur_prob: float = 0.5,
    ) -> None:
        for name, value in (
            *(('jitter', jitter), ('jitter_prob', jitter_prob)),
            ('blur_prob', blur_prob),
        ):
            if not 0 <= value <= 1:
                raise ValueError(f'{name} must be in [0, 1], got {value}')
        if not 0 < sigma[0] <= sigma[1]:
            raise ValueError(f'sigma must be two widths, 0 < a <= b, got {sigma}')
        self.jitter, self.sigma = jitter, tuple(sigma)
        self.probs = jitter_prob, blur_prob

    def __call__(
        self, images: Tensor, valid: Tensor | None, rngs: Sequence[np.random.Generator]
    ) -> Tensor:
        """Augmented images.

        Args:
            images: Shape (N, B, H, W), in the units of their files.
            valid: Where they are valid, (N, 1, H, W); None if everywhere.
            rngs: Random numbers of each image.
        """
        drawn = [self._draw(rng, images.shape[1]) for rng in rngs]
        factors, sigmas = zip(*drawn, strict=True)
        chosen = [n for n, of_image in enumerate(factors) if of_image is not None]
        if chosen:
            where = None if valid is None else valid[chosen]
            given = torch.from_numpy(np.stack([factors[n] for n in chosen])).to(images)
            changed = jittered(images[chosen], where, given[:, :3], given[:, 3:])
            images = _replaced(images, chosen, changed)
        chosen = [n for n, sigma in enumerate(sigmas) if sigma is not None]
        if chosen:
            changed = blurred(images[chosen], [sigmas[n] for n in chosen])
            images = _replaced(images, chosen, changed)
        return images

    def _draw(
        self, rng: np.random.Generator, bands: int
    ) -> tuple[np.ndarray | None, float | None]:
        """Factors of the jitter, bands last, and width of the blur; None for none."""
        jitters, blurs = rng.random(2) < self.probs
        low, high = 1 - self.jitter, 1 + self.jitter
        factors = rng.uniform(low, high, 3 + bands) if jitters else None
        sigma = float(rng.uniform(*self.sigma)) if blurs else None
        return factors, sigma


def _replaced(images: Tensor, places: list[int], by: Tensor) -> Tensor:
    return images.index_copy(0, torch.tensor(places, device=images.device), by)
