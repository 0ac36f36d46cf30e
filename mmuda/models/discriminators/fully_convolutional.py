"""The discriminator of AdaptSegNet, and of what was built upon it."""

from itertools import pairwise

from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class FullyConvolutionalDiscriminator(BaseModule):
    """Five convolutions of stride 2 that say of each region where it comes from.

    Tsai et al. 2018 (AdaptSegNet), Sect. 4.3: kernels 4 x 4, stride 2, 64, 128, 256,
    512 and 1 channels, each but the last followed by a leaky ReLU of 0.2, no batch
    normalisation. ADVENT, CLAN and BDL have the same ("DCGAN-like").

    Args:
        in_channels: Channels of the maps, usually one per class.
        channels: Of the first layer; each of the next three doubles them.
        last_stride: Stride of the last layer; with 1 there is a score for about every
            16 pixels instead of 32.
        norm_cfg: Normalisation of the three layers in the middle, as DCGAN
            (Radford et al. 2016) has it; none by default.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 64,
        last_stride: int = 2,
        norm_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        widths = [in_channels, *(channels * 2**i for i in range(4))]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1))
            if norm_cfg is not None and before != in_channels:
                layers.append(build_norm_layer(norm_cfg, after)[1])
            layers.append(nn.LeakyReLU(0.2))
        layers.append(nn.Conv2d(widths[-1], 1, 4, stride=last_stride, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, maps: Tensor) -> Tensor:
        """Scores of maps (N, C, H, W): (N, 1, H / 32, W / 32) by default."""
        return self.layers(maps)
