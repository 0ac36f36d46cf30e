"""The decode head of DAFormer: context across the levels of a hierarchical encoder."""

from collections.abc import Sequence

import torch
from mmcv.cnn import ConvModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.decode_heads.sep_aspp_head import DepthwiseSeparableASPPModule
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class DAFormerHead(BaseDecodeHead):
    """Levels embedded, stacked and seen at several dilations at once.

    Hoyer et al. 2022 (DAFormer), Sect. 3.2 and Fig. 2: every level is embedded by a
    linear map of its channels and brought to the size of the finest one; the stack
    passes depthwise separable convolutions of several dilations side by side (ASPP
    without image pooling), which a 3x3 convolution combines.

    Args:
        embed_dims: Channels of each embedded level.
        dilations: Of the branches; with 1 it is a 1x1 convolution.
        **kwargs: Those of MMSeg's ``BaseDecodeHead``.
    """

    def __init__(
        self,
        embed_dims: int = 256,
        dilations: Sequence[int] = (1, 6, 12, 18),
        **kwargs: object,
    ) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        layers = dict(
            conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg
        )
        self.embeddings = nn.ModuleList(
            nn.Conv2d(channels, embed_dims, 1) for channels in self.in_channels
        )
        self.branches = DepthwiseSeparableASPPModule(
            dilations=tuple(dilations),
            in_channels=embed_dims * len(self.in_channels),
            channels=self.channels,
            **layers,
        )
        self.bottleneck = ConvModule(
            self.channels * len(dilations), self.channels, 3, padding=1, **layers
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Logits (N, classes, h, w) at the size of the finest level."""
        levels = self._transform_inputs(inputs)
        stack = torch.cat(
            [
                resize(
                    embed(level),
                    size=levels[0].shape[2:],
                    mode='bilinear',
                    align_corners=self.align_corners,
                )
                for embed, level in zip(self.embeddings, levels, strict=True)
            ],
            dim=1,
        )
        return self.cls_seg(self.bottleneck(torch.cat(self.branches(stack), dim=1)))
