"""Colour jitter and blur of images in a mini-batch, of any bands."""

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.models.validity import valid_mean


def jittered(
    image: Tensor, valid: Tensor | None, factors: Sequence[float], of_bands: Tensor
) -> Tensor:
    """An image of another brightness, contrast, saturation and hue.

    Args:
        image: Shape (B, H, W), in the units of its file.
        valid: Where it is valid, (1, H, W); None if everywhere.
        factors: Of the brightness, of the distance to the mean of the image, and of
            the distance to the pixel's own mean over bands; 1 changes nothing.
        of_bands: What each band is multiplied by, (B,). (Only red, green and blue have
            a hue that can be turned.)
    """
    brightness, contrast, saturation = factors
    image = image * brightness
    where = None if valid is None else valid[None]
    mean = valid_mean(image[None], where)
    image = mean + (image - mean) * contrast
    grey = image.mean(0, keepdim=True)
    image = grey + (image - grey) * saturation
    return image * of_bands.to(image)[:, None, None]


def blurred(image: Tensor, sigma: float) -> Tensor:
    """An image (B, H, W) convolved with a Gaussian of the width ``sigma``, in pixels.

    It ends four widths from its middle; images go on as in a mirror.
    """
    radius = min(max(1, math.ceil(4 * sigma)), min(image.shape[1:]) - 1)
    at = torch.arange(-radius, radius + 1, dtype=image.dtype, device=image.device)
    kernel = torch.exp(-at.square() / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    bands = F.pad(image[:, None], [radius] * 4, mode='reflect')  # (B, 1, H, W)
    bands = F.conv2d(bands, kernel.view(1, 1, 1, -1))
    return F.conv2d(bands, kernel.view(1, 1, -1, 1))[:, 0]


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
        masks = [None] * len(images) if valid is None else valid
        return torch.stack(
            [self._augmented(*one) for one in zip(images, masks, rngs, strict=True)]
        )

    def _augmented(
        self, image: Tensor, valid: Tensor | None, rng: np.random.Generator
    ) -> Tensor:
        jitters, blurs = rng.random(2) < self.probs
        if jitters:
            low, high = 1 - self.jitter, 1 + self.jitter
            factors = rng.uniform(low, high, 3).tolist()
            of_bands = torch.from_numpy(rng.uniform(low, high, len(image)))
            image = jittered(image, valid, factors, of_bands)
        if blurs:
            image = blurred(image, float(rng.uniform(*self.sigma)))
        return image
