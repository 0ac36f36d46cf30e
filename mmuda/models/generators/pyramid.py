"""A generator for features of any layers."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.generators.fcn8s import refinement
from mmuda.models.layers.spatial_norm import patch_moments


def _convolution(before: int, after: int, dropout: float) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
    return nn.Sequential(convolution, *refinement(after, dropout))


@MODELS.register_module()
class PyramidGenerator(BaseModule):
    """Images from one or several layers of any segmentor.

    The plan of :class:`~mmuda.models.generators.FCN8sGenerator` for other networks:
    from the coarsest layer upwards, joined with every finer one, and then by factors of
    two up to half the size of the image. Features are enlarged by repetition, for any
    size, before a convolution.

    Args:
        in_channels: Of the layers, the finest first.
        strides: Of the layers, likewise: pixels of the image per location.
        bands: Of the images.
        channels: Of features at stride 2; at stride s there are s / 2 times as many, up
            to eight times.
        dropout: Probability that a value of the residual blocks is dropped.
        init_cfg: By default a normal distribution of standard deviation 0.02.

    Raises:
        ValueError: If there is not one stride for each layer, or a layer is finer than
            the one before.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        strides: Sequence[int],
        bands: int = 3,
        channels: int = 64,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        if len(strides) != len(in_channels) or sorted(strides) != list(strides):
            raise ValueError(
                'strides must be one number per tap, the finest first, got '
                f'{list(strides)} for {len(in_channels)} taps'
            )

        def width(stride: int) -> int:
            return channels * min(max(stride // 2, 1), 8)

        before = width(strides[-1])
        self.coarsest = _convolution(in_channels[-1], before, dropout)
        self.joined = nn.ModuleList()
        for given, stride in zip(in_channels[-2::-1], strides[-2::-1], strict=True):
            self.joined.append(_convolution(before + given, width(stride), dropout))
            before = width(stride)
        self.enlarged = nn.ModuleDict()
        stride = strides[0] // 2
        while stride > 1:
            self.enlarged[str(stride)] = _convolution(before, width(stride), dropout)
            before, stride = width(stride), stride // 2
        self.to_image = nn.Conv2d(before, bands, 5, padding=2)

    def forward(
        self, size: Sequence[int], valid: Tensor | None, *features: Tensor
    ) -> Tensor:
        """Images (N, bands, H, W) in [0, 1].

        Args:
            size: H and W of the images that the features are of.
            valid: Mask of their valid pixels, (N, 1, H, W), None if all are.
            *features: Of each layer (N, D, h, w), the finest first.
        """
        height, width = size
        with patch_moments(valid):
            hidden = self.coarsest(features[-1])
            for refine, finer in zip(self.joined, features[-2::-1], strict=True):
                hidden = F.interpolate(hidden, finer.shape[2:])
                hidden = refine(torch.cat([hidden, finer], 1))
            for stride, refine in self.enlarged.items():
                steps = int(stride)
                hidden = refine(
                    F.interpolate(hidden, (-(-height // steps), -(-width // steps)))
                )
            return self.to_image(F.interpolate(hidden, (height, width))).sigmoid()
