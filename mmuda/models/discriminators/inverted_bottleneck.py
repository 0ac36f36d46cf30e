"""The discriminator of the SemSim paper."""

from collections.abc import Sequence
from itertools import pairwise

from mmengine.model import BaseModule
from mmseg.models.utils import InvertedResidual
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class InvertedBottleneckDiscriminator(BaseModule):
    """Three inverted bottlenecks that give a class to each location.

    Gritzner and Ostermann 2020, Sect. 5.2: "comprised of three inverted
    bottlenecks" of MobileNetV2, "a class (source or target) to each spatial
    location". Widths, expansion and the form of the classifier are not given;
    ours are the defaults below and a 1x1 convolution after the last bottleneck.

    Args:
        in_channels: Channels of the feature space.
        channels: Output channels of each bottleneck.
        expand_ratio: Hidden over input channels, 6 in MobileNetV2; 2 keeps the
            discriminator a fraction of the encoder on 256 input channels.
        num_domains: Classes to tell apart.
        norm_cfg: Normalisation of the bottlenecks.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int = 256,
        channels: Sequence[int] = (128, 64, 32),
        expand_ratio: int = 2,
        num_domains: int = 2,
        norm_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        norm_cfg = norm_cfg or dict(type='BN')
        widths = [in_channels, *channels]
        self.bottlenecks = nn.Sequential(
            *(
                InvertedResidual(
                    before,
                    after,
                    stride=1,
                    expand_ratio=expand_ratio,
                    norm_cfg=norm_cfg,
                )
                for before, after in pairwise(widths)
            )
        )
        self.classifier = nn.Conv2d(widths[-1], num_domains, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """Scores of the domains, (N, num_domains, h, w), of features (N, D, h, w)."""
        return self.classifier(self.bottlenecks(features))
