"""The decoder of DeepLabv3+ with the feature space of the SemSim paper."""

from mmcv.cnn import ConvModule
from mmseg.models.decode_heads import DepthwiseSeparableASPPHead
from mmseg.registry import MODELS


@MODELS.register_module()
class DeepLabV3PlusHead(DepthwiseSeparableASPPHead):
    """MMSeg's head, its pyramid branches combined by a 1x1 convolution.

    MMSeg combines them by a 3x3 convolution. In the SemSim paper (Sect. 5.2) "the
    output of the 1x1 convolution which combines the concatenated SPP branches" is
    the feature space of adaptation; here that is the submodule ``bottleneck``.

    Args:
        **kwargs: Those of MMSeg's ``DepthwiseSeparableASPPHead``.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bottleneck = ConvModule(
            (len(self.dilations) + 1) * self.channels,
            self.channels,
            kernel_size=1,
            conv_cfg=self.conv_cfg,
            norm_cfg=self.norm_cfg,
            act_cfg=self.act_cfg,
        )
