"""Agreement of the edges of two images."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from mmuda.models.validity import valid_mean


def sobel(images: Tensor) -> Tensor:
    """Image gradients by the Sobel filter, (1, 2, 1) across (-1, 0, 1).

    The kernel has its integers, undivided. A paper that says "Sobel filter" and no
    more (Tasar et al. 2020) means what textbooks define under that name (Gonzalez and
    Woods, 3rd edition, Sect. 10.2.5, its reference for histograms) and what
    ``cv2.Sobel``, ``scipy.ndimage.sobel`` and ``tf.image.sobel_edges`` compute; the
    weight of its loss, 10, belongs to that filter. Where a library divides, it is its
    own convention: scikit-image by 4, kornia by 8 (with which the public
    re-implementation takes another weight, 25). A user who wants the derivative per
    pixel divides the weight by 8.

    Args:
        images: Shape (N, C, H, W). Their border pixels are repeated outwards.

    Returns:
        Derivatives by x, then by y, of each channel, shape (N, 2C, H, W), 8 times
        the change per pixel: a ramp of 1 per pixel has derivative 8.
    """
    padded = F.pad(images, (1, 1, 1, 1), mode='replicate')
    # Separable: a smoothing (1, 2, 1) across and a difference (-1, 0, 1) along; slices
    # instead of convolutions are faster for these three taps.
    smooth_y = padded[..., :-2, :] + 2 * padded[..., 1:-1, :] + padded[..., 2:, :]
    smooth_x = padded[..., :-2] + 2 * padded[..., 1:-1] + padded[..., 2:]
    by_x = smooth_y[..., 2:] - smooth_y[..., :-2]
    by_y = smooth_x[..., 2:, :] - smooth_x[..., :-2, :]
    return torch.cat([by_x, by_y], dim=1)


def gradient_loss(ours: Tensor, theirs: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean absolute difference of two images' Sobel gradients.

    ``L_grad`` of Tasar et al. 2020, Sect. 2, for one domain, with the mean over pixels,
    channels and both directions as its norm; scaled as :func:`sobel` says.

    Args:
        ours: Shape (N, C, H, W).
        theirs: Likewise.
        valid: Mask (N, 1, H, W) of valid pixels, None if all are; gradients that look
            at an invalid pixel are left out.
    """
    if valid is not None:
        invalid = (~valid).to(ours.dtype)
        valid = F.max_pool2d(invalid, 3, stride=1, padding=1) == 0
    # The filter is linear: the gradients' difference is the difference's gradient.
    return valid_mean(sobel(ours - theirs).abs(), valid)
