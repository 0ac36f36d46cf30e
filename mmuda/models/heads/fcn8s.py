"""The skip connections of FCN-8s."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn


class BilinearUpsampling(nn.Module):
    """A transposed convolution with a fixed bilinear kernel, without cropping.

    Args:
        factor: n locations become ``factor * (n + 1)``; those at the border fade out.
        channels: Of the maps.
    """

    def __init__(self, factor: int, channels: int) -> None:
        super().__init__()
        self.factor = factor
        distance = torch.arange(2 * factor) - (factor - 0.5)
        line = 1 - distance.abs() / factor
        kernel = torch.outer(line, line).expand(channels, 1, -1, -1)
        self.register_buffer('kernel', kernel.contiguous(), persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        """(N, C, factor * (h + 1), factor * (w + 1)) of (N, C, h, w)."""
        kernel = self.kernel.to(scores.dtype)
        return F.conv_transpose2d(
            scores, kernel, stride=self.factor, groups=len(kernel)
        )


class SkipFusion(nn.Module):
    """Class scores of fc7, pool4 and pool3, added up at their strides.

    Args:
        in_channels: Channels of pool3, pool4 and fc7.
        num_classes: Of the scores.
        scales: Factors of pool3 and pool4.
    """

    # Where the padded maps begin to lie over each other (the released network).
    OFFSETS = dict(pool4=5, pool3=9, image=31)

    def __init__(
        self,
        in_channels: tuple[int, int, int],
        num_classes: int,
        scales: tuple[float, float],
    ) -> None:
        super().__init__()
        self.score_pool3, self.score_pool4, self.score_fc7 = (
            nn.Conv2d(channels, num_classes, 1) for channels in in_channels
        )
        self.scales = scales
        self.twice = BilinearUpsampling(2, num_classes)
        self.eightfold = BilinearUpsampling(8, num_classes)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)

    def forward(
        self, images: Tensor, pool3: Tensor, pool4: Tensor, fc7: Tensor
    ) -> Tensor:
        """Scores (N, C, H, W) of images (N, 3, H, W) and their features."""
        scale3, scale4 = self.scales
        scores = self.twice(self.score_fc7(fc7))
        skipped = self.score_pool4(scale4 * pool4)
        scores = self.twice(scores + _crop(skipped, self.OFFSETS['pool4'], scores))
        skipped = self.score_pool3(scale3 * pool3)
        scores = self.eightfold(scores + _crop(skipped, self.OFFSETS['pool3'], scores))
        return _crop(scores, self.OFFSETS['image'], images)


def _crop(maps: Tensor, offset: int, like: Tensor) -> Tensor:
    height, width = like.shape[2:]
    return maps[..., offset : offset + height, offset : offset + width]


@MODELS.register_module()
class FCN8sHead(BaseDecodeHead):
    """The classifier of FCN-8s: scores at three strides, brought to the image's size.

    Long et al. 2015, Sect. 4.2: scores of fc7 (stride 32) are doubled in size and
    those of pool4 added, doubled again and those of pool3 added, and brought to the
    size of the image eightfold. All scores start at zero, upsampling is bilinear and
    fixed. Of the network that is trained at once, which the authors released later,
    are the factors of pool3 and pool4.

    Args:
        in_channels: Channels of the images, pool3, pool4 and fc7, which
            :class:`~mmuda.models.backbones.FCN8sVGG16` gives.
        num_classes: Classes to tell apart.
        scales: Factors of pool3 and pool4 before their scores; (1, 1) without.
        **kwargs: Those of MMSeg's ``BaseDecodeHead``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: tuple[int, int, int, int] = (3, 256, 512, 4096),
        scales: tuple[float, float] = (0.0001, 0.01),
        **kwargs: object,
    ) -> None:
        super().__init__(
            in_channels=list(in_channels),
            in_index=[0, 1, 2, 3],
            input_transform='multiple_select',
            channels=in_channels[-1],
            num_classes=num_classes,
            dropout_ratio=0,
            **{'init_cfg': None, **kwargs},
        )
        self.conv_seg = SkipFusion(tuple(in_channels[1:]), num_classes, scales)

    def forward(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """Scores (N, C, H, W) of what the backbone gives."""
        return self.conv_seg(*self._transform_inputs(inputs))
