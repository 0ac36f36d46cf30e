"""The discriminator of pix2pix and CycleGAN."""

from itertools import pairwise

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PatchGANDiscriminator(BaseModule):
    """Judges overlapping patches, of 70 x 70 pixels with three strided layers.

    Isola et al. 2017, Appendix 6.1.2, as CycleGAN (Zhu et al. 2017) has it: kernels
    4 x 4; layers of stride 2, then two of stride 1; instance normalisation in all but
    the first and the last; leaky ReLU of 0.2.

    Args:
        in_channels: Channels of the images.
        channels: Of the first layer; the next ones double them, up to eight times.
        n_layers: Layers of stride 2.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: int = 64,
        n_layers: int = 3,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        widths = [channels * min(2**i, 8) for i in range(n_layers + 1)]
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
        ]
        for i, (before, after) in enumerate(pairwise(widths), start=1):
            layers += [
                nn.Conv2d(before, after, 4, stride=2 if i < n_layers else 1, padding=1),
                nn.InstanceNorm2d(after),
                nn.LeakyReLU(0.2),
            ]
        layers.append(nn.Conv2d(widths[-1], 1, 4, stride=1, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        """Scores (N, 1, h, w) of images (N, C, H, W)."""
        return self.layers(images)
