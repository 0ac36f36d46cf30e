"""The generator of LSD, for the features of FCN-8s."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.fcn8s import PADDING
from mmuda.models.layers.dropout_residual import DropoutResidualBlock
from mmuda.models.layers.spatial_norm import InstanceNorm, patch_moments

INIT = dict(type='Normal', layer=['Conv2d', 'ConvTranspose2d'], std=0.02)
# The last layer leaves out so many pixels of the image's padding, the rest is cropped:
# together the 100 of the released code, but for images of any size.
CUT, CROPPED = 96, 4


def refinement(channels: int, dropout: float) -> nn.Sequential:
    """Instance normalisation and ReLU, and two residual blocks."""
    blocks = (
        DropoutResidualBlock(channels, nn.ReLU(), bias=False, dropout=dropout)
        for _ in range(2)
    )
    return nn.Sequential(
        InstanceNorm(channels, keeps_moments=False), nn.ReLU(), *blocks
    )


class _Enlargement(nn.Module):
    """A transposed convolution with normalisation and ReLU, and two residual blocks.

    Args:
        before: Channels of the input.
        after: Of the output.
        kernel_size: Of the transposed convolution.
        stride: Likewise.
        padding: Likewise.
        dropout: Of the residual blocks.
    """

    def __init__(
        self,
        before: int,
        after: int,
        kernel_size: int,
        stride: int,
        padding: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.enlarge = nn.ConvTranspose2d(
            before, after, kernel_size, stride, padding, bias=False
        )
        self.refine = refinement(after, dropout)

    def forward(self, features: Tensor, like: Tensor | None = None) -> Tensor:
        """Enlarged features, of the height and width of ``like`` if given."""
        size = None if like is None else list(like.shape[2:])
        return self.refine(self.enlarge(features, output_size=size))


@MODELS.register_module()
class FCN8sGenerator(BaseModule):
    """Images from pool3, pool4 and fc7 of FCN-8s, by transposed convolutions.

    Sankaranarayanan et al. 2018 (LSD) leave the layers to a supplement; these are those
    of the released code, with its 64,221,187 parameters on VGG-16: fc7 is brought to
    the size that it had before fc6 and then enlarged to that of pool4, joined with it,
    enlarged to that of pool3, joined with it, and enlarged three times more. The
    padding of FCN-8s is cut off in the end. There, sizes must be multiples of 32.

    Args:
        in_channels: Of pool3, pool4 and fc7.
        bands: Of the images.
        channels: Of the last features; the others are multiples of it.
        dropout: Probability that a value of the residual blocks is dropped.
        init_cfg: By default a normal distribution of standard deviation 0.02, as there.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (256, 512, 4096),
        bands: int = 3,
        channels: int = 64,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or INIT)
        pool3, pool4, fc7 = in_channels
        width = channels
        self.to_pool5 = _Enlargement(fc7, 4 * width, 7, 1, 0, dropout)
        self.to_pool4 = _Enlargement(4 * width, 8 * width, 3, 2, 1, dropout)
        self.to_pool3 = _Enlargement(8 * width + pool4, 4 * width, 3, 2, 1, dropout)
        self.to_stride4 = _Enlargement(4 * width + pool3, 2 * width, 5, 2, 2, dropout)
        self.to_stride2 = _Enlargement(2 * width, width, 5, 2, 2, dropout)
        self.to_image = nn.ConvTranspose2d(width, bands, 8, 2, CUT)

    def forward(
        self,
        size: Sequence[int],
        valid: Tensor | None,
        pool3: Tensor,
        pool4: Tensor,
        fc7: Tensor,
    ) -> Tensor:
        """Images (N, bands, H, W) in [0, 1].

        Args:
            size: H and W of the images that the features are of.
            valid: Mask of their valid pixels, (N, 1, H, W), None if all are.
            pool3: Features (N, D, h, w).
            pool4: Likewise.
            fc7: Likewise.
        """
        if valid is not None:  # FCN-8s pads the image
            valid = F.pad(valid, [PADDING - 1] * 4, value=True)
        with patch_moments(valid):
            hidden = self.to_pool4(self.to_pool5(fc7), like=pool4)
            hidden = self.to_pool3(torch.cat([hidden, pool4], 1), like=pool3)
            hidden = self.to_stride4(torch.cat([hidden, pool3], 1))
            padded = self.to_image(self.to_stride2(hidden))
        height, width = size
        image = padded[..., CROPPED : CROPPED + height, CROPPED : CROPPED + width]
        return image.sigmoid()
