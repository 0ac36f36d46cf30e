"""Which pixels count: means over the valid part of an image.

A mask of valid pixels is a bool tensor (N, 1, H, W), or None where all are valid.
"""

import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def fill_invalid(images: Tensor, valid: Tensor | None) -> Tensor:
    """Images (N, C, H, W) with 0 at invalid pixels: their values have no influence."""
    return images if valid is None else images.masked_fill(~valid, 0)


def valid_share(valid: Tensor | None, like: Tensor) -> Tensor | None:
    """Share of valid pixels that each location of a feature map stands for.

    Args:
        valid: Mask of the image.
        like: Feature map (N, C, h, w) of any resolution.

    Returns:
        Weights in [0, 1], shape (N, 1, h, w), of the type of ``like``.
    """
    if valid is None:
        return None
    return F.adaptive_avg_pool2d(valid.to(like.dtype), like.shape[2:])


def image_means(values: Tensor, valid: Tensor | None) -> Tensor:
    """Mean of values (N, C, h, w) over each image's valid locations, (N, C).

    0 for an image that has none.
    """
    weight = valid_share(valid, values)
    if weight is None:
        return values.mean((2, 3))
    return (values * weight).sum((2, 3)) / weight.sum((2, 3)).clamp(min=1e-6)


def valid_mean(values: Tensor, valid: Tensor | None) -> Tensor:
    """Mean of values (N, C, h, w) over valid locations; 0 if there is none."""
    weight = valid_share(valid, values)
    if weight is None:
        return values.mean()
    total = weight.sum() * values.shape[1]
    return (values * weight).sum() / total.clamp(min=1e-6)
